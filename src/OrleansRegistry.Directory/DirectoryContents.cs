using System.Collections.Concurrent;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>All agents of one history of the store, and those of them that cannot be read.</summary>
internal sealed class DirectoryContents
{
    private static readonly TenantIndex Nothing = new();

    public ConcurrentDictionary<string, TenantIndex> Tenants { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<RecordKey, RegistryException> Unreadable { get; } = new();

    /// <summary>
    /// The revisions of removals that the feed has not come to: what it tells of before them does not bring the agents back.
    /// </summary>
    public Dictionary<RecordKey, long> Removed { get; } = [];

    public TenantIndex Of(string tenant) => Tenants.GetValueOrDefault(tenant) ?? Nothing;

    public void Put(AgentEntry entry)
    {
        var record = entry.Record;
        if (Removed.Count > 0 && Removed.GetValueOrDefault(new RecordKey(record.Tenant, record.Id)) > record.Revision)
        {
            return;
        }

        var index = Tenants.GetOrAdd(record.Tenant, static _ => new TenantIndex());
        index.Put(index.SlotOf(record.Id), entry);
    }

    /// <param name="isUnreadable">It is not gone: it cannot be read.</param>
    public void Remove(RecordKey key, long revision, bool isUnreadable = false)
    {
        Of(key.Tenant).Remove(key.Id, revision);
        if (!isUnreadable)
        {
            Unreadable.TryRemove(key, out _);
        }
    }

    /// <summary>The feed has come to <paramref name="revision"/>.</summary>
    public void Forget(long revision)
    {
        foreach (var (key, removed) in Removed)
        {
            if (removed <= revision)
            {
                Removed.Remove(key);
            }
        }
    }
}
