using System.Collections.Concurrent;
using OrleansRegistry.Model;

namespace OrleansRegistry.Directory;

/// <summary>For each value of one property: the agents that have it. One writer; readers take no locks.</summary>
internal sealed class Facet(StringComparer comparer)
{
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
