using System.Buffers;
using System.Numerics.Tensors;

namespace OrleansRegistry.Directory;

/// <summary>An agent that is near a query in its meaning.</summary>
/// <param name="Score">0 to 1; what says the same has about 0.6 and more.</param>
/// <param name="Field">What of its card is nearest.</param>
internal readonly record struct MeaningMatch(AgentEntry Entry, float Score, string Field);

/// <summary>Ranks agents by the angles between a query's vector and theirs.</summary>
internal static class MeaningSearch
{
    /// <summary>An agent whose meaning is farther is not found by that alone.</summary>
    public const float Floor = 0.15f;

    /// <summary>The most vectors of an agent.</summary>
    public const int MostVectors = AgentVectorUpdate.MaxVectors;

    /// <summary>How much the nearest vector of an agent counts; the rest is for the mean of its nearest three.</summary>
    private const float NearestShare = 0.7f;

    /// <summary>The best matches, in no order; where there is a graph of the vectors, about the best.</summary>
    /// <param name="query">Of length 1.</param>
    /// <param name="admits">The other conditions of the query.</param>
    /// <param name="few">Where those leave few: agents among which all are that they admit.</param>
    /// <param name="threshold">In a search by vectors, as of <see cref="VectorScore"/>.</param>
    public static IReadOnlyList<MeaningMatch> Run(
        TenantIndex index,
        TenantVectors vectors,
        float[] query,
        Func<AgentEntry, bool> admits,
        int most,
        IReadOnlyList<AgentSlot>? few = null,
        float? threshold = null)
    {
        var rows = vectors.Rows;
        if (few is null
            && rows.Graph is { } graph
            && graph.Dimensions == query.Length
            && GraphSearch.Run(index, rows, graph, query, admits, most, threshold) is { } found)
        {
            return found;
        }

        var nearest = new NearestAgents(index, query, admits, most) { Threshold = threshold };
        if (few is null)
        {
            Scan(rows, query, nearest);
        }
        else
        {
            foreach (var slot in few)
            {
                if (vectors.Indexed(slot.Id) is { } agent)
                {
                    nearest.Take(agent, []);
                }
            }
        }

        return nearest.ToMatches();
    }

    /// <summary>How near one agent is; null where it has no vectors that can be compared.</summary>
    public static MeaningMatch? ScoreOf(AgentEntry entry, AgentVectors vectors, float[] query)
    {
        if (vectors.AgentCreatedAt != entry.Record.CreatedAt)
        {
            return null;
        }

        Span<float> cosines = stackalloc float[MostVectors];
        for (var i = 0; i < vectors.Vectors.Count; i++)
        {
            cosines[i] = Cosine(query, vectors.Vectors[i].Values);
        }

        var (score, nearest) = ScoreOf(cosines[..vectors.Vectors.Count]);
        return score > 0 ? new MeaningMatch(entry, score, vectors.Vectors[nearest].Field) : null;
    }

    /// <summary>Of vectors of length 1; negative infinity where they cannot be compared, which no threshold admits.</summary>
    public static float Cosine(float[] query, float[] vector) =>
        vector.Length == query.Length ? TensorPrimitives.Dot<float>(query, vector) : float.NegativeInfinity;

    /// <param name="cosines">Of an agent's vectors.</param>
    public static (float Score, int Nearest) ScoreOf(ReadOnlySpan<float> cosines)
    {
        float first = 0, second = 0, third = 0;
        var nearest = 0;
        for (var i = 0; i < cosines.Length; i++)
        {
            var cosine = cosines[i];
            if (cosine > first)
            {
                (first, second, third) = (cosine, first, second);
                nearest = i;
            }
            else if (cosine > second)
            {
                (second, third) = (cosine, second);
            }
            else if (cosine > third)
            {
                third = cosine;
            }
        }

        return ((NearestShare * first) + ((1 - NearestShare) * (first + second + third) / Math.Clamp(cosines.Length, 1, 3)), nearest);
    }

    /// <summary>Compares all vectors, each once however many agents have it.</summary>
    private static void Scan(VectorRows rows, float[] query, NearestAgents nearest)
    {
        var all = rows.Rows;
        var cosines = ArrayPool<float>.Shared.Rent(Math.Max(1, all.Length));
        for (var i = 0; i < all.Length; i++)
        {
            cosines[i] = all[i] is { } row ? Cosine(query, row.Values) : 0;
        }

        // After the cosines: an agent that changed meanwhile has vectors that were there, or later ones.
        foreach (var agent in rows.Agents)
        {
            if (agent is not null)
            {
                nearest.Take(agent, cosines.AsSpan(0, all.Length));
            }
        }

        ArrayPool<float>.Shared.Return(cosines);
    }
}
