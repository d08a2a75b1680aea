namespace OrleansRegistry.Directory;

/// <summary>What is asked of a directory's agents beyond lists. Answers come from memory, and each looks at every agent that its query finds.</summary>
internal sealed class DirectoryQueries(AgentDirectory directory)
{
    /// <summary>How many agents the query finds; its order and page have no part in it.</summary>
    public AgentCount Count(string tenant, AgentQuery query)
    {
        var revision = directory.Revision;
        return new AgentCount(AgentListing.All(directory.Of(tenant), query).Count(), revision);
    }

    /// <summary>The values that the agents of the query have.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query, the fields, or how many values are asked for.</exception>
    public AgentFacets Facets(string tenant, AgentQuery query, IReadOnlyList<AgentField> fields, int most)
    {
        if (most is < 1 or > AgentFacets.MaxValues)
        {
            throw RegistryException.Invalid("limit", $"must be an integer from 1 to {AgentFacets.MaxValues:N0}");
        }

        if (fields.Count == 0 || fields.Distinct().Count() < fields.Count)
        {
            throw RegistryException.Invalid("facet", "must name one field or more, each once");
        }

        var revision = directory.Revision;
        return FacetCounting.Run(AgentListing.All(directory.Of(tenant), query), fields, most, revision);
    }
}
