using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>Objects in a folder that is made at the first use and removed in the end.</summary>
internal sealed class TemporaryObjectStore : IObjectStore
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-snapshots-").FullName;
    private readonly IObjectStore inner;

    public TemporaryObjectStore(ObjectStores stores) => inner = stores.Open(ObjectPlace.OfFolder(folder));

    public string Description => inner.Description;

    public Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default) =>
        inner.PutAsync(name, content, cancellationToken);

    public Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default) =>
        inner.OpenAsync(name, from, count, cancellationToken);

    public Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default) => inner.FindAsync(name, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => inner.DeleteAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default) =>
        inner.BeginUploadAsync(name, cancellationToken);

    public Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default) =>
        inner.PutPartAsync(name, upload, number, part, cancellationToken);

    public Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        inner.ListPartsAsync(name, upload, cancellationToken);

    public Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        inner.CompleteUploadAsync(name, upload, cancellationToken);

    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        inner.AbortUploadAsync(name, upload, cancellationToken);

    public Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        inner.SweepAsync(untouchedSince, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }
}
