using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents;

/// <summary>A registration whose card and id are fit to be stored.</summary>
internal sealed record CheckedRegistration(
    string Id,
    RawJson Bytes,
    AgentCard Card,
    bool? Enabled,
    WriteCondition Condition,
    IReadOnlyList<string>? Workers,
    AgentDelivery? Delivery,
    AgentCredentials? Credentials)
{
    /// <summary>Where the card was fetched; null where it was sent.</summary>
    public AgentSource? Source { get; init; }

    public AgentLifeCycle? LifeCycle { get; private init; }

    public AgentDeprecation? Deprecation { get; private init; }

    public AgentCompatibility? Compatibility { get; private init; }

    public bool Force { get; private init; }

    /// <inheritdoc cref="AgentRegistration.PublishesDraft"/>
    public bool PublishesDraft { get; private init; }

    /// <summary>What it says of the agent's lease; null for nothing.</summary>
    public LeaseChange? Lease { get; init; }

    /// <summary>What it says of the agent's probes; null for nothing.</summary>
    public ProbeChange? Probe { get; private init; }

    /// <summary>What was found of the card's signatures; null where it has none.</summary>
    public AgentSignature? Signature { get; init; }

    /// <summary>For which agent it was judged; null where nothing is asked.</summary>
    public CardJudgement? Judgement { get; init; }

    /// <summary>What it says of who sees the agent; null for nothing.</summary>
    public AgentSharingChange? Sharing { get; private init; }

    /// <param name="fetched">The card, where the registration says where it is.</param>
    /// <exception cref="RegistryException">The card or the id is refused.</exception>
    public static CheckedRegistration Of(AgentRegistration registration, AgentRules rules, FetchedCard? fetched = null)
    {
        if (fetched is not null)
        {
            return Of(registration with { Card = fetched.Bytes, CardUrl = null, RefreshInterval = null }, rules) with
            {
                Source = fetched.Source with { RefreshInterval = registration.RefreshInterval },
            };
        }

        CardUrls.CheckSent(registration);
        var (bytes, card) = rules.Check(registration.Card);
        var id = registration.Id ?? card.Name;
        Identifiers.CheckId(id, registration.Id is null ? "name" : "agent_id");
        AgentRules.CheckDelivery(registration.Delivery, card.Reach);
        CompatibilityRules.Check(registration.Compatibility);
        LifeCycleRules.Check(registration.LifeCycle, registration.Deprecation);
        return new CheckedRegistration(
            id,
            bytes,
            card,
            registration.Enabled,
            registration.Condition,
            AgentWorkers.Check(registration.Workers),
            registration.Delivery,
            ForwardingRules.Check(registration.Credentials))
        {
            LifeCycle = registration.LifeCycle,
            Deprecation = LifeCycleRules.Said(registration.Deprecation),
            Compatibility = registration.Compatibility,
            Force = registration.Force,
            PublishesDraft = registration.PublishesDraft,
            Lease = rules.Leases.Check(registration.Ttl, registration.Ephemeral),
            Probe = rules.Probes.Check(registration.ProbeInterval, registration.ProbeUrl),
            Sharing = SharingRules.Check(registration.Sharing),
        };
    }
}
