using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>Counts the values that agents have.</summary>
internal static class FacetCounting
{
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
        for (var i = 0; i < values.Count; i++)
        {
            // A card may have one value in two spellings.
            if (ReferenceEquals(kind.Comparer, StringComparer.Ordinal) || !Repeats(values, i, kind.Comparer))
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
