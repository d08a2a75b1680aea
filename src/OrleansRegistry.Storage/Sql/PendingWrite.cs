namespace OrleansRegistry.Storage;

/// <summary>One caller's write or deletion on its way to the database.</summary>
/// <param name="Body">Null for a deletion.</param>
/// <param name="Columns">The values of the kind's columns; null leaves them empty.</param>
internal sealed record PendingWrite(
    RecordKind Kind, RecordKey Key, long ExpectedVersion, RecordBody? Body, object?[]? Columns, CancellationToken CancellationToken)
{
    private readonly TaskCompletionSource<long> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public (string Tenant, string Id, string? LongId) KeyColumns { get; } = KeyText.Columns(Key);

    public long Bytes { get; } = 256L + (4L * Key.Id.Length) + (Body is { } body ? body.Document.Length + body.Fields.Length : 0);

    /// <summary>Set where it comes from another store.</summary>
    public RecordImport? Import { get; init; }

    /// <summary>What is told of once the answer is there.</summary>
    public StoreTelemetry.StoreWrite Followed { get; init; }

    /// <summary>Set where the server refused them: the write is tried again without.</summary>
    public bool WithoutColumns { get; set; }

    public Task<long> Answer => answer.Task;

    public void Succeed(long version)
    {
        Tell(null);
        answer.TrySetResult(version);
    }

    public void Fail(Exception reason)
    {
        Tell(reason);
        answer.TrySetException(reason);
    }

    public void Cancel()
    {
        Tell(new OperationCanceledException(CancellationToken));
        answer.TrySetCanceled(CancellationToken);
    }

    private void Tell(Exception? fault)
    {
        if (!answer.Task.IsCompleted)
        {
            Followed.Ended(fault);
        }
    }
}
