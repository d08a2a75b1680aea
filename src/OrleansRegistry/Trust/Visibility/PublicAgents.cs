namespace OrleansRegistry.Trust;

/// <summary>Public agents of all tenants, from this node's directory.</summary>
internal sealed class PublicAgents(AgentDirectory directory, Operations operations, TenantGate tenants) : IPublicAgents
{
    /// <summary>What other tenants are not told, by a filter either.</summary>
    private static readonly AgentField[] Untold = [AgentField.Owner, AgentField.Delivery, AgentField.Health, AgentField.Probe];

    public ValueTask<PublicAgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default)
    {
        operations.Admit(AgentOperations.Read, caller);
        query ??= new AgentQuery();
        Check(query);
        var size = query.PageSize ?? PublicAgentPage.UsualSize;
        PageLimit.Agents.Check(size);
        var binding = "public" + AgentListing.BindingOf(query);
        var last = PageToken.Read(query.PageToken, binding);
        var isMatch = AgentListing.MatcherOf(query);
        var page = new List<PublicAgent>();
        foreach (var (tenant, agents) in directory.Public.Where(of => !tenants.IsClosed(of.Tenant)))
        {
            foreach (var entry in agents)
            {
                // Tenants have no slash.
                var key = $"{tenant}/{entry.Record.Id}";
                if (IsAfter(key, last) && isMatch(entry))
                {
                    if (page.Count == size)
                    {
                        return ValueTask.FromResult(new PublicAgentPage(page, PageToken.Make($"{page[^1].Tenant}/{page[^1].Id}", binding)));
                    }

                    page.Add(Shown(entry.Record));
                }
            }
        }

        return ValueTask.FromResult(new PublicAgentPage(page, null));
    }

    public ValueTask<PublicAgent?> GetAsync(Caller caller, string tenant, string id, CancellationToken cancellationToken = default)
    {
        operations.Admit(AgentOperations.Read, caller);
        Identifiers.CheckTenant(tenant);
        Identifiers.CheckId(id);
        return ValueTask.FromResult(
            directory.Find(tenant, id) is { Visibility: AgentVisibility.Public } agent && !tenants.IsClosed(tenant) ? Shown(agent) : null);
    }

    private static PublicAgent Shown(AgentRecord agent) =>
        new(agent.Tenant, agent.Id, agent.Card, agent.Enabled, agent.LifeCycle, agent.UpdatedAt);

    /// <summary>Tenants first, as a tenant's name may be the beginning of another's.</summary>
    private static bool IsAfter(string key, string? last)
    {
        if (last is null)
        {
            return true;
        }

        var (slash, lastSlash) = (key.IndexOf('/', StringComparison.Ordinal), last.IndexOf('/', StringComparison.Ordinal));
        var order = key.AsSpan(0, slash).CompareTo(last.AsSpan(0, lastSlash), StringComparison.Ordinal);
        return order > 0 || (order == 0 && string.CompareOrdinal(key, slash, last, lastSlash, int.MaxValue) > 0);
    }

    private static void Check(AgentQuery query)
    {
        var ranks = !string.IsNullOrEmpty(query.Words) ? "q" : query.Vector is not null ? "vector" : query.Sort is not null ? "sort" : null;
        if (ranks is not null)
        {
            throw RegistryException.Invalid(ranks, "ranks agents within a tenant; public agents are filtered, and found by a substring with query");
        }

        foreach (var field in query.Any.Fields.Concat(query.All.Fields).Concat(query.Not.Fields))
        {
            if (Untold.Contains(field))
            {
                throw RegistryException.Invalid(field.Name, "is not told of public agents");
            }
        }
    }
}
