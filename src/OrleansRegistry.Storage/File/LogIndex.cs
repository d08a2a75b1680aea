using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansRegistry.Storage.Files;

/// <summary>Where a live record lies: the whole of it, with its own header.</summary>
internal readonly record struct RecordLocation(Segment Segment, long Offset, int Length, long Version);

/// <summary>Every live record's place in the log, and with it how many bytes of each segment are live. Safe for any number of threads.</summary>
/// <remarks>Split into shards so that growing one of a million entries holds up nobody for long.</remarks>
internal sealed class LogIndex
{
    private const int ShardCount = 64;

    private readonly Shard[]?[] shards = new Shard[]?[VersionCounters.Kinds];
    private readonly ConcurrentDictionary<string, string> tenants = new(StringComparer.Ordinal);

    public LogIndex()
    {
        foreach (var kind in Enum.GetValues<RecordKind>())
        {
            shards[(int)kind] = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];
        }
    }

    /// <summary>How many records are live, about: other threads go on.</summary>
    public int Count => shards.Sum(kind => kind?.Sum(shard => shard.Locations.Count) ?? 0);

    /// <summary>How many records of a kind are live, about.</summary>
    public int CountOf(RecordKind kind) => shards[(int)kind]!.Sum(shard => shard.Locations.Count);

    public bool TryGet(RecordKind kind, RecordKey key, out RecordLocation location)
    {
        var shard = ShardOf(kind, key);
        lock (shard.Gate)
        {
            return shard.Locations.TryGetValue(key, out location);
        }
    }

    /// <summary>The record's version; 0 where there is none.</summary>
    public long VersionOf(RecordKind kind, RecordKey key) => TryGet(kind, key, out var location) ? location.Version : 0;

    public void Set(RecordKind kind, RecordKey key, in RecordLocation location)
    {
        location.Segment.AddLive(location.Length);
        var shard = ShardOf(kind, key);
        lock (shard.Gate)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(shard.Locations, key);
            if (Unsafe.IsNullRef(ref place))
            {
                shard.Locations.Add(key with { Tenant = tenants.GetOrAdd(key.Tenant, key.Tenant) }, location);
            }
            else
            {
                place.Segment.AddLive(-place.Length);
                place = location;
            }
        }
    }

    /// <summary>Holds <paramref name="key"/> itself from now on, so that who else keeps it keeps no other copy.</summary>
    public void Share(RecordKind kind, RecordKey key)
    {
        var shard = ShardOf(kind, key);
        lock (shard.Gate)
        {
            if (shard.Locations.Remove(key, out var location))
            {
                shard.Locations.Add(key with { Tenant = tenants.GetOrAdd(key.Tenant, key.Tenant) }, location);
            }
        }
    }

    public void Remove(RecordKind kind, RecordKey key)
    {
        var shard = ShardOf(kind, key);
        lock (shard.Gate)
        {
            if (shard.Locations.Remove(key, out var location))
            {
                location.Segment.AddLive(-location.Length);
            }
        }
    }

    /// <summary>Points at a copy of the record, unless it has changed since the copy was made.</summary>
    public void Move(RecordKind kind, RecordKey key, in RecordLocation copy)
    {
        var shard = ShardOf(kind, key);
        lock (shard.Gate)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(shard.Locations, key);
            if (!Unsafe.IsNullRef(ref place) && place.Version == copy.Version)
            {
                place.Segment.AddLive(-place.Length);
                copy.Segment.AddLive(copy.Length);
                place = copy;
            }
        }
    }

    private Shard ShardOf(RecordKind kind, RecordKey key) => shards[(int)kind]![(uint)key.GetHashCode() % ShardCount];

    private sealed class Shard
    {
        public Lock Gate { get; } = new();

        public Dictionary<RecordKey, RecordLocation> Locations { get; } = [];
    }
}
