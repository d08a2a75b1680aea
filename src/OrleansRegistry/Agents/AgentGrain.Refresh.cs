namespace OrleansRegistry.Agents;

internal sealed partial class AgentGrain
{
    private DateTimeOffset lastRefresh;

    public Task<AgentWritten> Refresh(AgentRefreshed refreshed) => WriteAsync(default, mark: null, creates: false, before =>
    {
        if (before!.Source is not { } source || source.Url != refreshed.Source.Url || source.FetchedAt != refreshed.Before)
        {
            throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' got another card while this one was fetched.");
        }

        var after = before with { Source = refreshed.Source with { RefreshInterval = source.RefreshInterval } };
        if (refreshed.Card.IsEmpty)
        {
            return after;
        }

        AgentRules.CheckDelivery(before.Delivery, refreshed.Reach);
        return after with
        {
            Card = refreshed.Card,
            UpdatedAt = time.GetUtcMilliseconds(),
            ExtensionOrigins = OriginsFor(refreshed.Origins, before),
            Reach = refreshed.Reach,
        };
    });

    public Task<bool> ClaimRefresh(DateTimeOffset due)
    {
        var isFirst = due > lastRefresh;
        lastRefresh = isFirst ? due : lastRefresh;
        return Task.FromResult(isFirst);
    }
}
