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
        TenantIndex index, Func<AgentEntry, bool> admits, int most, IReadOnlyList<AgentSlot>? few = null) => Nearest(index, admits, most, few, out _);

    /// <inheritdoc cref="MeaningSearch.Run"/>
    /// <param name="rest">About the most that an agent is worth that is not among them.</param>
    public IEnumerable<MeaningMatch> Nearest(
        TenantIndex index, Func<AgentEntry, bool> admits, int most, IReadOnlyList<AgentSlot>? few, out float rest)
    {
        if (Given is not { Count: > 0 } given)
        {
            var all = MeaningSearch.Run(index, Vectors, Query, admits, most, few, Threshold);
            rest = RestOf(Vectors, all, most);
            return all;
        }

        var made = MeaningSearch.Run(index, Vectors, Query, entry => given.Find(entry.Record.Id) is null && admits(entry), most, few, Threshold);
        var others = MeaningSearch.Run(index, given, Query, admits, most, few, Threshold);
        MeaningMatch[] best = [.. others.Concat(made).OrderByDescending(match => match.Score).Take(most)];
        rest = Math.Max(RestOf(Vectors, made, most), RestOf(given, others, most));
        rest = best.Length < most ? rest : Math.Max(rest, best[^1].Score);
        return best;
    }

    /// <summary>All that are nearer than the floor are there, but where they are cut off, or a graph told of fewer.</summary>
    private static float RestOf(TenantVectors of, IReadOnlyList<MeaningMatch> found, int most) =>
        found.Count > 0 && (found.Count == most || of.Rows.Graph is not null) ? found.Min(match => match.Score) : MeaningSearch.Floor;
}
