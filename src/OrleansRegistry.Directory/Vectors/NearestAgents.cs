namespace OrleansRegistry.Directory;

/// <summary>Keeps the agents that are nearest to a query's vector.</summary>
/// <param name="query">Of length 1.</param>
/// <param name="admits">The other conditions of the query.</param>
/// <param name="most">How many, from 1.</param>
internal sealed class NearestAgents(TenantIndex index, float[] query, Func<AgentEntry, bool> admits, int most)
{
    private readonly PriorityQueue<MeaningMatch, float> found = new();
    private readonly float[] own = new float[MeaningSearch.MostVectors];

    public int Count => found.Count;

    /// <summary>An agent with less is not among them.</summary>
    public float Least { get; private set; } = MeaningSearch.Floor;

    /// <summary>In a search by vectors, as of <see cref="VectorScore"/>.</summary>
    public float? Threshold
    {
        get;
        init
        {
            field = value;
            Least = value is null ? Least : float.NegativeInfinity;
        }
    }

    /// <summary>Whether an agent whose nearest vector has this cosine may be among them.</summary>
    public bool MayTake(float cosine) => Threshold is { } threshold
        ? cosine >= threshold && VectorScore.MostOf(cosine) >= Least
        : cosine >= Least;

    /// <param name="cosines">Of the vectors with these numbers; those of later ones are found out here.</param>
    /// <returns>Whether it was compared with the others: else it is gone, or left out by the other conditions.</returns>
    public bool Take(IndexedVectors agent, ReadOnlySpan<float> cosines)
    {
        var vectors = agent.Of.Vectors;
        for (var i = 0; i < vectors.Count; i++)
        {
            var row = agent.Rows[i];
            own[i] = row < cosines.Length ? cosines[row] : MeaningSearch.Cosine(query, vectors[i].Values);
        }

        var scored = Threshold is { } threshold
            ? VectorScore.Of(own.AsSpan(0, vectors.Count), threshold)
            : MeaningSearch.ScoreOf(own.AsSpan(0, vectors.Count));
        if (scored is not var (score, nearest) || score < Least)
        {
            return true;
        }

        if (Find(agent.Of) is not { } entry || !admits(entry))
        {
            return false;
        }

        found.Enqueue(new MeaningMatch(entry, score, vectors[nearest].Field), score);
        if (found.Count > most)
        {
            found.Dequeue();
            Least = found.Peek().Score;
        }

        return true;
    }

    /// <summary>In no order.</summary>
    public IReadOnlyList<MeaningMatch> ToMatches() => [.. found.UnorderedItems.Select(item => item.Element)];

    /// <summary>The agent that vectors are of; null where it is gone, or another one has its id.</summary>
    private AgentEntry? Find(AgentVectors vectors) =>
        index.Find(vectors.AgentId) is { } entry && entry.Record.CreatedAt == vectors.AgentCreatedAt ? entry : null;
}
