namespace OrleansRegistry.Vectors;

/// <summary>Finds the vectors that texts and agents are compared by.</summary>
internal sealed class AgentMeaning(VectorDirectory made, GivenVectorDirectory given, QueryVectors queries)
{
    /// <summary>What a text means, to be compared with the tenant's agents; or why that is not known.</summary>
    public async ValueTask<(MeaningQuery? Meaning, string? Fallback)> OfTextAsync(
        string tenant, string text, AgentSearchMode mode, float? threshold, CancellationToken cancellationToken)
    {
        if (made.Of(tenant).Count == 0 && given.Of(tenant).All(space => space.Key.Model != made.Model))
        {
            return (null, "No agent is embedded yet.");
        }

        var (vector, fault) = await queries.FindAsync(text, cancellationToken);
        return vector is null ? (null, fault) : (In(tenant, new VectorSpace(made.Model!, vector.Length), vector, mode, threshold), null);
    }

    /// <summary>What a job means; null where that is not known.</summary>
    public async ValueTask<MeaningQuery?> OfJobAsync(string tenant, AgentJob job, CancellationToken cancellationToken) =>
        !queries.IsOn || string.IsNullOrEmpty(job.Text) || job.Text.Length > AgentQuery.MaxWords
            ? null
            : (await OfTextAsync(tenant, job.Text, AgentSearchMode.Hybrid, threshold: null, cancellationToken)).Meaning;

    /// <summary>An agent's first vector, to be compared with those of the tenant's other agents; null where it has none.</summary>
    public MeaningQuery? OfAgent(AgentRecord agent)
    {
        // Those of the registry's model, which most others have, go before what it was given of another.
        var own = agent.Vectors is { } stamp ? given.Of(agent.Tenant, new VectorSpace(stamp.Model, stamp.Dimensions))?.Find(agent.Id) : null;
        var vectors = own?.Model == made.Model ? own : made.Of(agent.Tenant).Find(agent.Id);
        vectors = vectors is { Vectors.Count: > 0 } ? vectors : own;
        return vectors is { Vectors.Count: > 0 } && vectors.AgentCreatedAt == agent.CreatedAt
            ? In(
                agent.Tenant,
                new VectorSpace(vectors.Model, vectors.Vectors[0].Values.Length),
                vectors.Vectors[0].Values,
                AgentSearchMode.Meaning,
                threshold: null)
            : null;
    }

    /// <summary>A vector, to be compared with those of a tenant's agents.</summary>
    /// <param name="vector">Of length 1.</param>
    /// <param name="threshold">Of a search by vectors.</param>
    public MeaningQuery In(string tenant, VectorSpace space, float[] vector, AgentSearchMode mode, float? threshold) =>
        new(space.Model == made.Model ? made.Of(tenant) : VectorDirectory.Nothing, vector, mode == AgentSearchMode.Hybrid)
        {
            Given = given.Of(tenant, space),
            Threshold = threshold,
        };
}
