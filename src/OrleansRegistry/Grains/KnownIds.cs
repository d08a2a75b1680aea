using System.Collections.Concurrent;

namespace OrleansRegistry.Grains;

/// <summary>
/// Keeps grains from being woken for ids that the store is known not to have. Those that were found are remembered, as a look into the store costs
/// more than a call of the grain; one that was removed since wakes its grain, which knows.
/// </summary>
internal sealed class KnownIds(IRecordStore store, RecordKind kind)
{
    /// <summary>So many are remembered; then all are forgotten.</summary>
    public const int Most = 10_000;

    private readonly ConcurrentDictionary<RecordKey, bool> found = new();
    private int count;

    /// <summary>Whether the store is known to have no such record.</summary>
    public ValueTask<bool> IsUnknownAsync(RecordKey key) => found.ContainsKey(key) ? ValueTask.FromResult(false) : LookAsync(key);

    private async ValueTask<bool> LookAsync(RecordKey key)
    {
        var isThere = await store.HasAsync(kind, key);
        if (isThere == true && found.TryAdd(key, true) && Interlocked.Increment(ref count) > Most)
        {
            Volatile.Write(ref count, 0);
            found.Clear();
        }

        return isThere == false;
    }
}
