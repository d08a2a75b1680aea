namespace OrleansRegistry.Storage;

/// <summary>The contexts of a store by what <see cref="ContextFilter"/> asks for, as <see cref="TaskIndex"/> has the tasks.</summary>
internal sealed class ContextIndex
{
    private readonly Lock gate = new();
    private readonly ShardedDictionary<RecordKey, ContextEntry> entries = new();
    private readonly EntryGroups<ContextEntry> tenants = new();
    private readonly ShardedDictionary<(string Tenant, string Owner), EntryGroup<ContextEntry>> owners = new();
    private readonly EntryGroup<ContextEntry> all = new("");

    /// <summary>Takes in a context as it is stored now. One without readable fields is in no list.</summary>
    public void Set(RecordKey key, long version, ContextFields? fields)
    {
        if (fields is null)
        {
            Remove(key);
            return;
        }

        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                entry = new ContextEntry(key with { Tenant = tenants.Find(key.Tenant)?.Name ?? key.Tenant });
                entries.Add(entry.Key, entry);
                Join(entry, fields);
            }
            else if (entry.At != fields.UpdatedAt.UtcTicks || entry.Owner.Name != fields.Owner)
            {
                Leave(entry);
                Join(entry, fields);
            }

            entry.Version = version;
        }
    }

    public void Remove(RecordKey key)
    {
        lock (gate)
        {
            if (entries.Remove(key, out var entry))
            {
                Leave(entry);
            }
        }
    }

    /// <summary>The next contexts that match, in the filter's order; fewer than <paramref name="limit"/> only where there are no more.</summary>
    public List<IndexHit> Page(ContextFilter filter, IndexPosition? after, int limit)
    {
        var before = IndexPosition.Before(filter.UpdatedBefore);
        return filter.OldestFirst
            ? IndexPages.Read(gate, Choose, Matches, EntryGroup<ContextEntry>.AnyLane, after, before, true, limit)
            : IndexPages.Read(gate, Choose, Matches, EntryGroup<ContextEntry>.AnyLane, IndexPosition.Earlier(after, before), null, false, limit);

        bool Matches(ContextEntry entry) => filter.IsOf(entry.Owner.Name);

        EntryGroup<ContextEntry>? Choose() => filter switch
        {
            { Tenant: null } => all,
            { Owner: null } => tenants.Find(filter.Tenant),
            _ => owners.TryGetValue((filter.Tenant, filter.Owner), out var owner) ? owner : null,
        };
    }

    private void Join(ContextEntry entry, ContextFields fields)
    {
        entry.At = fields.UpdatedAt.UtcTicks;
        all.Add(entry);
        entry.Tenant = tenants.Join(entry.Key.Tenant, entry);
        if (!owners.TryGetValue((entry.Key.Tenant, fields.Owner), out var owner))
        {
            owner = new EntryGroup<ContextEntry>(fields.Owner);
            owners.Add((entry.Key.Tenant, fields.Owner), owner);
        }

        entry.Owner = owner;
        owner.Add(entry);
    }

    private void Leave(ContextEntry entry)
    {
        all.Remove(entry);
        tenants.Leave(entry.Tenant, entry);
        entry.Owner.Remove(entry);
        if (entry.Owner.Count == 0)
        {
            owners.Remove((entry.Key.Tenant, entry.Owner.Name), out _);
        }
    }

    private sealed class ContextEntry(RecordKey key) : IndexEntry(key)
    {
        public EntryGroup<ContextEntry> Tenant { get; set; } = null!;

        public EntryGroup<ContextEntry> Owner { get; set; } = null!;
    }
}
