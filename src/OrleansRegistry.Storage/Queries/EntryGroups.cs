namespace OrleansRegistry.Storage;

/// <summary>Groups by what their entries have in common; one that has no entry is not kept. Not thread-safe.</summary>
internal sealed class EntryGroups<T>
    where T : IndexEntry
{
    private readonly ShardedDictionary<string, EntryGroup<T>> groups = new();

    public EntryGroup<T>? Find(string name) => groups.TryGetValue(name, out var group) ? group : null;

    /// <summary>Adds the entry to the group of that name.</summary>
    public EntryGroup<T> Join(string name, T entry)
    {
        if (!groups.TryGetValue(name, out var group))
        {
            group = new EntryGroup<T>(name);
            groups.Add(name, group);
        }

        group.Add(entry);
        return group;
    }

    /// <summary>Takes an entry out of its group.</summary>
    public void Leave(EntryGroup<T> group, T entry)
    {
        group.Remove(entry);
        if (group.Count == 0)
        {
            groups.Remove(group.Name, out _);
        }
    }
}
