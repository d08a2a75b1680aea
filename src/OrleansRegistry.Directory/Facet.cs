using System.Collections.Concurrent;

namespace OrleansRegistry.Directory;

/// <summary>For each value of one property: the agents that have it. One writer; readers take no locks.</summary>
internal sealed class Facet(StringComparer comparer)
{
    // Up to here, comparing each with each is quicker than hashing.
    private const int FewPairs = 256;

    private readonly ConcurrentDictionary<string, SortedSlots> values = new(concurrencyLevel: 1, capacity: 31, comparer);

    public int Count => values.Count;

    public SortedSlots? Find(string value) => values.GetValueOrDefault(value);

    public void Add(string value, AgentSlot slot) => values.GetOrAdd(value, static _ => new SortedSlots()).Add(slot);

    public void Remove(string value, AgentSlot slot)
    {
        if (values.TryGetValue(value, out var slots))
        {
            slots.Remove(slot);
            if (slots.Count == 0)
            {
                values.TryRemove(value, out _);
            }
        }
    }

    /// <summary>Moves <paramref name="slot"/> from the values it had to those it has.</summary>
    public void Update(AgentSlot slot, IReadOnlyList<string> had, IReadOnlyList<string> has)
    {
        if (ReferenceEquals(had, has))
        {
            return;
        }

        if ((long)had.Count * has.Count > FewPairs)
        {
            UpdateMany(slot, new HashSet<string>(had, comparer), new HashSet<string>(has, comparer));
            return;
        }

        for (var i = 0; i < had.Count; i++)
        {
            if (!Contains(has, had[i]))
            {
                Remove(had[i], slot);
            }
        }

        for (var i = 0; i < has.Count; i++)
        {
            if (!Contains(had, has[i]))
            {
                Add(has[i], slot);
            }
        }
    }

    /// <summary>All values, most used first, then in ordinal order.</summary>
    public IReadOnlyList<FacetCount> Counts() =>
    [
        .. values.Select(pair => new FacetCount(pair.Key, pair.Value.Count))
            .Where(value => value.Count > 0)
            .OrderByDescending(value => value.Count)
            .ThenBy(value => value.Value, StringComparer.Ordinal),
    ];

    private void UpdateMany(AgentSlot slot, HashSet<string> had, HashSet<string> has)
    {
        foreach (var value in had)
        {
            if (!has.Contains(value))
            {
                Remove(value, slot);
            }
        }

        foreach (var value in has)
        {
            if (!had.Contains(value))
            {
                Add(value, slot);
            }
        }
    }

    private bool Contains(IReadOnlyList<string> values, string value)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (comparer.Equals(values[i], value))
            {
                return true;
            }
        }

        return false;
    }
}
