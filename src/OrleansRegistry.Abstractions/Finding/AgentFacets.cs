namespace OrleansRegistry;

/// <summary>The values that the agents of a query have.</summary>
/// <param name="Total">How many agents the query finds.</param>
/// <param name="Facets">For each field that was asked for, in that order.</param>
/// <param name="Revision">A registry revision; the figures are at least as new as it.</param>
public sealed record AgentFacets(int Total, IReadOnlyList<AgentFacet> Facets, long Revision)
{
    /// <summary>How many values of a field are told unless more are asked for.</summary>
    public const int UsualValues = 20;

    /// <summary>The most values of a field that are told.</summary>
    public const int MaxValues = 1000;
}

/// <summary>The values of one field.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">The values that most agents have, then in ordinal order; an agent with several counts for each.</param>
/// <param name="Distinct">How many values there are in all.</param>
public sealed record AgentFacet(AgentField Field, IReadOnlyList<FacetCount> Values, int Distinct);

/// <summary>How many agents a query finds.</summary>
/// <param name="Count">How many.</param>
/// <param name="Revision">A registry revision; the figure is at least as new as it.</param>
public sealed record AgentCount(int Count, long Revision);
