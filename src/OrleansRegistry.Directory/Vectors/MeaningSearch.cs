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
    public const int MostVectors = 64;

    /// <summary>How much the nearest vector of an agent counts; the rest is for the mean of its nearest three.</summary>
    private const float NearestShare = 0.7f;

    /// <summary>The best matches, in no order.</summary>
    /// <param name="query">Of length 1.</param>
    /// <param name="admits">The other conditions of the query.</param>
    public static IReadOnlyList<MeaningMatch> Run(TenantIndex index, VectorRows rows, float[] query, Func<AgentEntry, bool> admits, int most)
    {
        // In this order, so that the vectors of every agent that is read are there.
        var agents = rows.Agents;
        var vectors = rows.Rows;
        var cosines = ArrayPool<float>.Shared.Rent(Math.Max(1, vectors.Length));
        for (var i = 0; i < vectors.Length; i++)
        {
            cosines[i] = vectors[i] is { } vector ? Cosine(query, vector) : 0;
        }

        var found = new PriorityQueue<MeaningMatch, float>();
        var least = Floor;
        Span<float> own = stackalloc float[MostVectors];
        foreach (var agent in agents)
        {
            if (agent is null)
            {
                continue;
            }

            for (var i = 0; i < agent.Rows.Length; i++)
            {
                own[i] = cosines[agent.Rows[i]];
            }

            var (score, nearest) = ScoreOf(own[..agent.Rows.Length]);
            if (score >= least && Find(index, agent.Of) is { } entry && admits(entry))
            {
                found.Enqueue(new MeaningMatch(entry, score, agent.Of.Vectors[nearest].Field), score);
                if (found.Count > most)
                {
                    found.Dequeue();
                    least = found.Peek().Score;
                }
            }
        }

        ArrayPool<float>.Shared.Return(cosines);
        return [.. found.UnorderedItems.Select(item => item.Element)];
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

    /// <summary>The agent that vectors are of; null where it is gone, or another one has its id.</summary>
    private static AgentEntry? Find(TenantIndex index, AgentVectors vectors) =>
        index.Find(vectors.AgentId) is { } entry && entry.Record.CreatedAt == vectors.AgentCreatedAt ? entry : null;

    private static float Cosine(float[] query, float[] vector) =>
        vector.Length == query.Length ? TensorPrimitives.Dot<float>(query, vector) : 0;

    private static (float Score, int Nearest) ScoreOf(ReadOnlySpan<float> cosines)
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
}
