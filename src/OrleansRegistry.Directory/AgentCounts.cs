namespace OrleansRegistry.Directory;

/// <summary>What is counted of agents: by their indexes where all of a tenant count, else one by one.</summary>
internal static class AgentCounts
{
    private static readonly AgentField[] Counted =
        [AgentField.Tag, AgentField.Category, AgentField.Skill, AgentField.Extension, AgentField.Enabled, AgentField.Health];

    public static AgentStats Of(TenantIndex index, long revision)
    {
        var enabled = index.EnabledCount;
        var total = Math.Max(index.Count, enabled);
        return new AgentStats(
            total,
            enabled,
            total - enabled,
            index.Of(Facets.Tags).Count,
            index.Of(Facets.Categories).Count,
            index.Of(Facets.Skills).Count,
            index.Extensions.Count,
            revision)
        {
            Healthy = index.CountOf(AgentHealth.Healthy),
            Unhealthy = index.CountOf(AgentHealth.Unhealthy),
            Expired = index.CountOf(AgentHealth.Expired),
        };
    }

    /// <param name="some">Each once.</param>
    public static AgentStats Of(IEnumerable<AgentEntry> some, long revision)
    {
        var counts = FacetCounting.Run(some, Counted, int.MaxValue, revision);
        var enabled = Having(AgentField.Enabled, "true");
        return new AgentStats(
            counts.Total,
            enabled,
            counts.Total - enabled,
            Values(AgentField.Tag),
            Values(AgentField.Category),
            Values(AgentField.Skill),
            Values(AgentField.Extension),
            revision)
        {
            Healthy = Having(AgentField.Health, AgentHealth.Healthy.ToName()),
            Unhealthy = Having(AgentField.Health, AgentHealth.Unhealthy.ToName()),
            Expired = Having(AgentField.Health, AgentHealth.Expired.ToName()),
        };

        AgentFacet Facet(AgentField field) => counts.Facets.First(facet => facet.Field == field);

        int Values(AgentField field) => Facet(field).Distinct;

        int Having(AgentField field, string value) => Facet(field).Values.FirstOrDefault(count => count.Value == value).Count;
    }

    /// <inheritdoc cref="Facet.Counts"/>
    /// <param name="some">Each once.</param>
    public static IReadOnlyList<FacetCount> Of(IEnumerable<AgentEntry> some, AgentField field) =>
        FacetCounting.Run(some, [field], int.MaxValue, 0).Facets[0].Values;
}
