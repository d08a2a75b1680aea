namespace OrleansRegistry.Directory;

/// <summary>What a search by meaning has beside a query's words.</summary>
/// <param name="Vectors">The vectors that the registry made of the tenant's agents.</param>
/// <param name="Query">The query's vector, of length 1.</param>
/// <param name="WithText">Whether words count too.</param>
internal sealed record MeaningQuery(TenantVectors Vectors, float[] Query, bool WithText)
{
    /// <summary>Those that agents were given, which of an agent count in place of the others; null where none can be compared with the query.</summary>
    public TenantVectors? Given { get; init; }

    /// <summary>How near a vector must be to count, in a search by vectors (<see cref="VectorScore"/>); null in one by meaning.</summary>
    public float? Threshold { get; init; }

    /// <summary>What the search goes by.</summary>
    public AgentSearchMode Mode =>
        Threshold is not null ? AgentSearchMode.Vector : WithText ? AgentSearchMode.Hybrid : AgentSearchMode.Meaning;

    /// <summary>The vectors of an agent that count; null where it has none.</summary>
    public AgentVectors? Find(string id) => Given?.Find(id) ?? Vectors.Find(id);

    /// <inheritdoc cref="MeaningSearch.Run"/>
    public IEnumerable<MeaningMatch> Nearest(
        TenantIndex index, Func<AgentEntry, bool> admits, int most, IReadOnlyList<AgentSlot>? few = null)
    {
        if (Given is not { Count: > 0 } given)
        {
            return MeaningSearch.Run(index, Vectors, Query, admits, most, few, Threshold);
        }

        var made = MeaningSearch.Run(index, Vectors, Query, entry => given.Find(entry.Record.Id) is null && admits(entry), most, few, Threshold);
        return MeaningSearch.Run(index, given, Query, admits, most, few, Threshold).Concat(made)
            .OrderByDescending(match => match.Score).Take(most);
    }
}
