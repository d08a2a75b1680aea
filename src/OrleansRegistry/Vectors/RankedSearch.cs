namespace OrleansRegistry.Vectors;

/// <summary>Answers queries with words or a vector: by what they mean too, where that can be found out.</summary>
internal sealed class RankedSearch(
    AgentDirectory agents, VectorDirectory made, GivenVectorDirectory given, QueryVectors queries, AgentMeaning meanings)
{
    /// <summary>How many agents that are seen wait: to be embedded, or for the vectors that they were given to be read.</summary>
    public int LagOf(AgentViewer viewer) => viewer.SeesAll || !agents.Of(viewer.Tenant).HasNamed
        ? made.Of(viewer.Tenant).WaitingCount + given.WaitingOf(viewer.Tenant).Count()
        : made.Of(viewer.Tenant).Waiting.Concat(given.WaitingOf(viewer.Tenant))
            .Count(id => agents.Find(viewer.Tenant, id) is { } agent && viewer.Sees(agent));

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query, or it asks for meaning where there is nothing that finds it out.
    /// <see cref="RegistryError.Unavailable"/>: the page before went by meaning, which cannot be found out now.</exception>
    public async ValueTask<AgentPage> ListAsync(AgentViewer viewer, AgentQuery query, CancellationToken cancellationToken)
    {
        RankedQueryRules.Check(query, queries.IsOn);
        if (string.IsNullOrEmpty(query.Words) && query.Vector is null)
        {
            return agents.List(viewer, query);
        }

        if (query.Vector is not null)
        {
            query = query with { Sort = new AgentSort(AgentSortKey.Relevance) };
        }

        var before = AgentListing.ModeOf(query);
        var mode = before ?? RankedQueryRules.ModeOf(query, queries.IsOn);
        var (meaning, fallback) = mode == AgentSearchMode.Text || query.Words?.Length > AgentQuery.MaxWords
            ? (null, null)
            : await MeaningOfAsync(viewer.Tenant, query, mode, cancellationToken);
        if (meaning is null && before is not (null or AgentSearchMode.Text))
        {
            throw new RegistryException(
                RegistryError.Unavailable,
                $"page_token: the page before went by {before.Value.ToName()}. {fallback} Try again later, or leave the token out to start over.",
                "page_token")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }

        if (before == AgentSearchMode.Text && RankedQueryRules.ModeOf(query, queries.IsOn) != before)
        {
            fallback = "The page before went by words alone.";
        }

        var page = agents.List(viewer, query, meaning);
        return page.Matches is null ? page : page with
        {
            Search = new AgentSearchInfo(meaning?.Mode ?? AgentSearchMode.Text, fallback, LagOf(viewer)),
        };
    }

    private async ValueTask<(MeaningQuery? Meaning, string? Fallback)> MeaningOfAsync(
        string tenant, AgentQuery query, AgentSearchMode mode, CancellationToken cancellationToken)
    {
        float? threshold = mode == AgentSearchMode.Vector ? (float)(query.Threshold ?? AgentQuery.UsualThreshold) : null;
        if (query.Vector is null)
        {
            return await meanings.OfTextAsync(tenant, query.Words!, mode, threshold, cancellationToken);
        }

        var space = await SpaceOfAsync(tenant, query.Vector, cancellationToken);
        return (meanings.In(tenant, space, UnitVectors.Of(query.Vector.Values.Span)!, mode, threshold), null);
    }

    /// <summary>What a query's vector can be compared with.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: no agent has vectors of its model, or they have other dimensions.</exception>
    private async ValueTask<VectorSpace> SpaceOfAsync(string tenant, AgentQueryVector vector, CancellationToken cancellationToken)
    {
        var model = vector.Model ?? made.Model
            ?? throw RegistryException.Invalid(
                "model", "must name what made the vector, as this registry embeds nothing itself (REGISTRY_EMBEDDINGS)");
        var space = new VectorSpace(model, vector.Values.Length);
        await queries.CheckDimensionsAsync(model, space.Dimensions, "vector", cancellationToken);
        if (model == made.Model || given.Of(tenant, space) is not null)
        {
            return space;
        }

        var known = given.Of(tenant).Select(other => other.Key).ToList();
        var sizes = known.Where(other => other.Model == model).Select(other => other.Dimensions).Order().ToList();
        if (sizes.Count > 0)
        {
            throw RegistryException.Invalid(
                "vector", $"has {space.Dimensions:N0} numbers, and vectors of '{model}' that agents have, {string.Join(" or ", sizes)}");
        }

        var models = known.Select(other => other.Model).Append(made.Model).OfType<string>().Distinct(StringComparer.Ordinal).Take(5).ToList();
        throw RegistryException.Invalid(
            "model", $"is '{model}', of which no agent has vectors{(models.Count > 0 ? $"; there are {string.Join(", ", models)}" : "")}");
    }
}
