namespace OrleansRegistry.Vectors;

/// <summary>Answers queries with words: by what they mean too, where that can be found out.</summary>
internal sealed class RankedSearch(AgentDirectory agents, VectorDirectory vectors, QueryVectors queries)
{
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query, or it asks for meaning where there is nothing that finds it out.
    /// </exception>
    public async ValueTask<AgentPage> ListAsync(string tenant, AgentQuery query, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(query.Words))
        {
            return query.Search is null
                ? agents.List(tenant, query)
                : throw RegistryException.Invalid("search", "says what q is ranked by, and q is not given");
        }

        if (!queries.IsOn && query.Search is not (null or AgentSearchMode.Text))
        {
            throw RegistryException.Invalid(
                "search", $"is {query.Search.Value.ToName()}, and this registry finds agents by words alone (REGISTRY_EMBEDDINGS): ask for text");
        }

        var mode = query.Search ?? (queries.IsOn ? AgentSearchMode.Hybrid : AgentSearchMode.Text);
        var (meaning, fallback) = mode == AgentSearchMode.Text || query.Words.Length > AgentQuery.MaxWords
            ? (null, null)
            : await MeaningOfAsync(tenant, query.Words, mode, cancellationToken);
        var page = agents.List(tenant, query, meaning);
        return page.Matches is null ? page : page with
        {
            Search = new AgentSearchInfo(meaning is null ? AgentSearchMode.Text : mode, fallback, vectors.Of(tenant).WaitingCount),
        };
    }

    private async Task<(MeaningQuery? Meaning, string? Fallback)> MeaningOfAsync(
        string tenant, string words, AgentSearchMode mode, CancellationToken cancellationToken)
    {
        var known = vectors.Of(tenant);
        if (known.Count == 0)
        {
            return (null, "No agent is embedded yet.");
        }

        var (vector, fault) = await queries.FindAsync(words, cancellationToken);
        return vector is null ? (null, fault) : (new MeaningQuery(known, vector, mode == AgentSearchMode.Hybrid), null);
    }
}
