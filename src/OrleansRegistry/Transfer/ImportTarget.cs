namespace OrleansRegistry.Transfer;

/// <summary>What the store of an import has, and what is to become of a line there.</summary>
internal sealed class ImportTarget(IRecordStore store, ImportRequest request, ActivationEnd? activations, CancellationToken cancellationToken)
{
    /// <summary>What is stored under the keys of the lines; null for nothing.</summary>
    public async Task<StoredRecord?[]> ReadAsync(RecordKind kind, List<CheckedLine> lines)
    {
        var reads = new Task<StoredRecord?>[lines.Count];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = store.ReadAsync(kind, lines[i].Key, cancellationToken).AsTask();
        }

        return await Task.WhenAll(reads);
    }

    /// <param name="stored">Null for nothing.</param>
    public ImportResult ResultOf(CheckedLine line, StoredRecord? stored)
    {
        if (stored is null)
        {
            return ImportResult.Created;
        }

        if (line.IsBare ? stored.Body.Document == line.Body.Document : stored.Body == line.Body)
        {
            return ImportResult.Same;
        }

        return request.Replace || line.IsUpdate ? ImportResult.Replaced : ImportResult.Kept;
    }

    /// <summary>Grains of what these lines have replaced read again.</summary>
    public Task EndActivationsAsync(IEnumerable<CheckedLine> lines) =>
        activations?.RunAsync(lines.Select(line => (line.Kind!, line.Key))) ?? Task.CompletedTask;
}
