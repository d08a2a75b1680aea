namespace OrleansRegistry.Objects.Cloud;

/// <summary>What is the same for objects in any cloud, before it is asked.</summary>
internal abstract class CloudObjectStore : IObjectStore
{
    public abstract string Description { get; }

    public abstract Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default);

    public async Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (count == 0)
        {
            return await FindAsync(name, cancellationToken) is null ? throw NotFound(name) : Stream.Null;
        }

        return await ReadAsync(name, from, count, cancellationToken);
    }

    public abstract Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default);

    public abstract Task DeleteAsync(string name, CancellationToken cancellationToken = default);

    public abstract IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default);

    public abstract Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default);

    public async Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        UploadLimits.CheckNumber(number);
        UploadLimits.CheckId(name, upload);
        using var bytes = await PartBytes.ReadAsync(part, name, number, cancellationToken);
        await PutPartAsync(name, upload, number, bytes.Content, cancellationToken);
    }

    public abstract Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default);

    public abstract Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default);

    public abstract Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default);

    public abstract Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default);

    public abstract ValueTask DisposeAsync();

    /// <summary>Reads at least one byte, or nothing where the object ends before <paramref name="from"/>.</summary>
    protected abstract Task<Stream> ReadAsync(string name, long from, long? count, CancellationToken cancellationToken);

    /// <param name="part">May be sent again.</param>
    protected abstract Task PutPartAsync(string name, string upload, int number, ArraySegment<byte> part, CancellationToken cancellationToken);

    protected ObjectStoreException NotFound(string name, Exception? cause = null) =>
        new(ObjectStoreError.NotFound, $"There is no object {name} in the {Description}.", cause);
}
