using System.Collections.Concurrent;
using OrleansRegistry.Objects;
using OrleansRegistry.Objects.Local;

namespace OrleansRegistry.Tests.Snapshots;

/// <summary>Objects in a folder of the test's, which can be told to fail, and to say that they were put long ago.</summary>
internal sealed class ObjectProbe : IObjectStore, IDisposable
{
    private readonly LocalObjectStore inner;

    public ObjectProbe()
    {
        Folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;
        inner = new LocalObjectStore(Folder);
    }

    public string Folder { get; }

    /// <summary>Awaited before each call, with its name and the object's.</summary>
    public Func<string, string, Task>? Before { get; set; }

    /// <summary>What is put in the place of what comes.</summary>
    public Func<byte[], byte[]>? Garble { get; set; }

    /// <summary>How old all objects are told to be.</summary>
    public TimeSpan Age { get; set; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public string Description => inner.Description;

    /// <summary>The files of all objects.</summary>
    public IEnumerable<string> Files => System.IO.Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/.store/", StringComparison.Ordinal));

    public string OneFile => Files.Single();

    public async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        await CalledAsync("put", name);
        if (Garble is null)
        {
            return await inner.PutAsync(name, content, cancellationToken);
        }

        using var all = new MemoryStream();
        await content.CopyToAsync(all, cancellationToken);
        return await inner.PutAsync(name, new MemoryStream(Garble(all.ToArray())), cancellationToken);
    }

    public async Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        await CalledAsync("open", name);
        return await inner.OpenAsync(name, from, count, cancellationToken);
    }

    public async Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        await CalledAsync("find", name);
        return await inner.FindAsync(name, cancellationToken);
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        await CalledAsync("delete", name);
        await inner.DeleteAsync(name, cancellationToken);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
        inner.ListAsync(prefix, cancellationToken).Select(found => found with { ChangedAt = found.ChangedAt - Age });

    public async Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default)
    {
        await CalledAsync("begin", name);
        return await inner.BeginUploadAsync(name, cancellationToken);
    }

    public async Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default)
    {
        await CalledAsync("part", name);
        await inner.PutPartAsync(name, upload, number, part, cancellationToken);
    }

    public async Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        await CalledAsync("parts", name);
        return await inner.ListPartsAsync(name, upload, cancellationToken);
    }

    public async Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        await CalledAsync("complete", name);
        return await inner.CompleteUploadAsync(name, upload, cancellationToken);
    }

    public async Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default)
    {
        await CalledAsync("abort", name);
        await inner.AbortUploadAsync(name, upload, cancellationToken);
    }

    public Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) =>
        inner.SweepAsync(untouchedSince, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose() => System.IO.Directory.Delete(Folder, recursive: true);

    private Task CalledAsync(string call, string name)
    {
        Calls.Enqueue(call);
        return Before?.Invoke(call, name) ?? Task.CompletedTask;
    }
}
