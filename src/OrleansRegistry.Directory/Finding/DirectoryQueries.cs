namespace OrleansRegistry.Directory;

/// <summary>What is asked of a directory's agents beyond lists. Answers come from memory, and each looks at every agent that its query finds.</summary>
internal sealed class DirectoryQueries(AgentDirectory directory)
{
    /// <summary>How many agents the query finds; its order and page have no part in it.</summary>
    public AgentCount Count(AgentViewer viewer, AgentQuery query)
    {
        var revision = directory.Revision;
        return new AgentCount(AgentListing.All(directory.Of(viewer.Tenant), query, viewer).Count(), revision);
    }

    /// <summary>The values that the agents of the query have.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query, the fields, or how many values are asked for.</exception>
    public AgentFacets Facets(AgentViewer viewer, AgentQuery query, IReadOnlyList<AgentField> fields, int most)
    {
        CheckLimit(most, AgentFacets.MaxValues);
        if (fields.Count == 0 || fields.Distinct().Count() < fields.Count)
        {
            throw RegistryException.Invalid("facet", "must name one field or more, each once");
        }

        var revision = directory.Revision;
        return FacetCounting.Run(AgentListing.All(directory.Of(viewer.Tenant), query, viewer), fields, most, revision);
    }

    /// <summary>Agents by their ids.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: an id, or how many there are.</exception>
    public AgentLookup Many(AgentViewer viewer, IReadOnlyList<string> ids)
    {
        if (ids.Count is 0 or > AgentLookup.MaxIds)
        {
            throw RegistryException.Invalid("agent_ids", $"must have 1 to {AgentLookup.MaxIds:N0} ids, not {ids.Count:N0}");
        }

        var revision = directory.Revision;
        var (found, missing, unreadable) = (new List<AgentRecord>(ids.Count), new List<string>(), new List<string>());
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, id) in ids.Index())
        {
            Identifiers.CheckId(id, $"agent_ids[{i}]");
            if (!asked.Add(id))
            {
                continue;
            }

            if (directory.Find(viewer.Tenant, id) is { } agent && viewer.Sees(agent))
            {
                found.Add(directory.Shown(agent));
            }
            else
            {
                (directory.IsUnreadable(viewer.Tenant, id) ? unreadable : missing).Add(id);
            }
        }

        return new AgentLookup(found, missing, unreadable, revision);
    }

    /// <summary>The agents that a URL leads to, or whose card is from there.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is no URL, or how many are asked for.</exception>
    public AgentsFound ByUrl(AgentViewer viewer, string url, int most)
    {
        CheckLimit(most, AgentsFound.Max);
        var revision = directory.Revision;
        var found = UrlLookup.Find(directory.Of(viewer.Tenant), url).Where(entry => viewer.Sees(entry.Record)).ToList();
        return new AgentsFound([.. found.Take(most).Select(entry => directory.Shown(entry.Record))], found.Count, revision);
    }

    /// <summary>Agents that are like another one.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is no such agent; <see cref="RegistryError.Invalid"/>: the query.</exception>
    /// <param name="meaning">With what vector of it the others' are compared; null where it has none.</param>
    public SimilarAgents Similar(AgentViewer viewer, string id, AgentQuery query, int most, Func<AgentRecord, MeaningQuery?>? meaning = null)
    {
        Identifiers.CheckId(id);
        CheckLimit(most, SimilarAgents.Max);
        var revision = directory.Revision;
        var isMatch = AgentListing.MatcherOf(query, viewer);
        directory.ThrowIfUnreadable(viewer.Tenant, id);
        var index = directory.Of(viewer.Tenant);
        var agent = index.Find(id) is { } found && viewer.Sees(found.Record)
            ? found
            : throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
        var similar = AgentSimilarity.Find(index, agent, isMatch, most, meaning?.Invoke(agent.Record));
        return new SimilarAgents([.. similar.Select(other => other with { Agent = directory.Shown(other.Agent) })], revision);
    }

    /// <summary>The agents for a job.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a part of the job.</exception>
    /// <param name="meaning">What the job means; null where that is not known.</param>
    public AgentCandidates Match(AgentViewer viewer, AgentJob job, MeaningQuery? meaning = null, CancellationToken cancellationToken = default)
    {
        var revision = directory.Revision;
        return new JobMatch(directory.Of(viewer.Tenant), job, directory.Activities, meaning, viewer).Run(revision, cancellationToken);
    }

    private static void CheckLimit(int limit, int most)
    {
        if (limit < 1 || limit > most)
        {
            throw RegistryException.Invalid("limit", $"must be an integer from 1 to {most:N0}");
        }
    }
}
