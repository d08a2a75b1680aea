using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Tests.Backups;

/// <summary>Objects in memory, which tests change behind the registry's back, and whose calls fail when they are told to.</summary>
internal sealed class MemoryObjects(TimeProvider time) : IObjectStore
{
    public ConcurrentDictionary<string, (byte[] Content, DateTimeOffset ChangedAt)> All { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of what was put and deleted, in order: <c>+a</c>, <c>-a</c>.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Called with the name before each put is kept; what it throws is thrown.</summary>
    public Action<string>? BeforeKept { get; set; }

    public Action<string>? BeforeDelete { get; set; }

    /// <summary>Objects that are said to be stored, and are not.</summary>
    public Predicate<string> Forgets { get; set; } = _ => false;

    public string Description => "objects of a test";

    public async Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        BeforeKept?.Invoke(name);
        Calls.Enqueue("+" + name);
        if (!Forgets(name))
        {
            All[name] = (bytes.ToArray(), time.GetUtcNow());
        }

        return new ObjectInfo(name, bytes.Length, time.GetUtcNow());
    }

    public Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default) =>
        All.TryGetValue(name, out var found)
            ? Task.FromResult<Stream>(new MemoryStream(found.Content, writable: false))
            : throw new ObjectStoreException(ObjectStoreError.NotFound, $"There is no {name}.");

    public Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(
        All.TryGetValue(name, out var found) ? new ObjectInfo(name, found.Content.Length, found.ChangedAt) : null);

    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        BeforeDelete?.Invoke(name);
        Calls.Enqueue("-" + name);
        All.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        foreach (var (name, found) in All.OrderBy(found => found.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new ObjectInfo(name, found.Content.Length, found.ChangedAt);
            }
        }
    }

    public Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default) => Task.FromResult(0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
