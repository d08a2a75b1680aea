using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>Counts the values that agents have.</summary>
internal static class FacetCounting
{
    /// <summary>Up to so many values are compared with one another, which costs no set of them.</summary>
    private const int Few = 16;

    /// <param name="found">The agents of a query, each once.</param>
    /// <param name="fields">The fields to count values of.</param>
    /// <param name="most">How many values of each are told.</param>
    public static AgentFacets Run(IEnumerable<AgentEntry> found, IReadOnlyList<AgentField> fields, int most, long revision)
    {
        var kinds = fields.Select(FieldKinds.Of).ToArray();
        var counts = kinds.Select(kind => new Dictionary<string, int>(kind.Comparer)).ToArray();
        var total = 0;
        foreach (var entry in found)
        {
            total++;
            for (var i = 0; i < kinds.Length; i++)
            {
                Add(kinds[i], entry, counts[i]);
            }
        }

        return new AgentFacets(total, [.. kinds.Select((kind, i) => new AgentFacet(kind.Field, Most(counts[i], most), counts[i].Count))], revision);
    }

    private static void Add(FieldKind kind, AgentEntry entry, Dictionary<string, int> counts)
    {
        var values = kind.Values(entry);
        var isExact = ReferenceEquals(kind.Comparer, StringComparer.Ordinal);
        var seen = !isExact && values.Count > Few ? new HashSet<string>(kind.Comparer) : null;
        for (var i = 0; i < values.Count; i++)
        {
            // A card may have one value in two spellings.
            if (isExact || (seen?.Add(values[i]) ?? !Repeats(values, i, kind.Comparer)))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, values[i], out _)++;
            }
        }
    }

    private static bool Repeats(FieldValues values, int index, StringComparer comparer)
    {
        for (var i = 0; i < index; i++)
        {
            if (comparer.Equals(values[i], values[index]))
            {
                return true;
            }
        }

        return false;
    }

    private static FacetCount[] Most(Dictionary<string, int> counts, int most) =>
    [
        .. counts.Select(pair => new FacetCount(pair.Key, pair.Value))
            .OrderByDescending(value => value.Count).ThenBy(value => value.Value, StringComparer.Ordinal).Take(most),
    ];
}
