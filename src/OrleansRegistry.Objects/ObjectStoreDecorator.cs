namespace OrleansRegistry.Objects;

/// <summary>A store that hands on to another what it does not do itself.</summary>
internal abstract class ObjectStoreDecorator(IObjectStore inner) : IObjectStore
{
    public virtual string Description => inner.Description;

    protected IObjectStore Inner => inner;

    public virtual Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default) =>
        inner.PutAsync(name, content, cancellationToken);

    public virtual Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default) =>
        inner.OpenAsync(name, from, count, cancellationToken);

    public virtual Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        inner.FindAsync(name, cancellationToken);

    public virtual Task DeleteAsync(string name, CancellationToken cancellationToken = default) => inner.DeleteAsync(name, cancellationToken);

    public virtual IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
        inner.ListAsync(prefix, cancellationToken);

    public virtual Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default) =>
        inner.BeginUploadAsync(name, cancellationToken);

    public virtual Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default) =>
        inner.PutPartAsync(name, upload, number, part, cancellationToken);

    public virtual Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        inner.ListPartsAsync(name, upload, cancellationToken);

    public virtual Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        inner.CompleteUploadAsync(name, upload, cancellationToken);

    public virtual Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        inner.AbortUploadAsync(name, upload, cancellationToken);

    public virtual Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        inner.SweepAsync(untouchedSince, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
