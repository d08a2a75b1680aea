namespace OrleansRegistry.Agents;

internal sealed partial class AgentGrain
{
    /// <summary>A fetch takes no longer than a minute.</summary>
    private static readonly TimeSpan ClaimLife = TimeSpan.FromMinutes(2);

    private DateTimeOffset lastRefresh;
    private DateTimeOffset refreshClaimed;

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
        CheckJudged(refreshed.Judgement, before.Owner, before.Card == refreshed.Card);
        return after with
        {
            Card = refreshed.Card,
            Stamp = CardStamps.Next(before, refreshed.Card, before.Owner, time.GetUtcMilliseconds()),
            UpdatedAt = time.GetUtcMilliseconds(),
            ExtensionOrigins = OriginsFor(refreshed.Origins, before),
            Reach = refreshed.Reach,
            Probe = ProbeChange.Apply(null, before.Probe, isSameCard: false),
            Signature = refreshed.Signature,
        };
    });

    public Task<bool> ClaimRefresh(DateTimeOffset due)
    {
        // Whoever has made it does not ask again: who asks after so long has failed, or another has.
        var now = time.GetUtcNow();
        var isFirst = due > lastRefresh || (due == lastRefresh && now - refreshClaimed > ClaimLife);
        (lastRefresh, refreshClaimed) = isFirst ? (due, now) : (lastRefresh, refreshClaimed);
        return Task.FromResult(isFirst);
    }
}
