namespace OrleansRegistry.Agents;

/// <summary>What only an agent's owner may change, and what a change takes over.</summary>
internal sealed partial class AgentGrain
{
    /// <summary>As whom the agent is changed.</summary>
    /// <param name="registers">Of an agent that the caller does not see, its id is told to be taken.</param>
    private string? Acting(AgentRecord? agent, string? owner, string? subject, ActingRule rule, bool registers = false)
    {
        if (owner is null || owner == subject)
        {
            return subject;
        }

        if (rule.HasFlag(ActingRule.SeesIfNamed) && agent is not null && !Access.MaySee(subject, agent))
        {
            throw registers ? AgentOwnership.IsTaken(id) : NotFound();
        }

        return rule.HasFlag(ActingRule.OwnAlone) ? throw AgentOwnership.IsOthers(id, owner) : rule.HasFlag(ActingRule.AsOwner) ? owner : subject;
    }

    /// <summary>Whoever changes the card of an agent to which messages are forwarded says where they go, and its credentials with them.</summary>
    private void DemandOwnerOfForwarded(AgentRecord? before, string? subject)
    {
        if (before is { Delivery: AgentDelivery.Forward } or { Credentials: not null })
        {
            Access.DemandOwner(
                id, before.Owner, subject, "change its card while messages are forwarded to it, or it has credentials for that", "agent_card");
        }
    }

    private void DemandOwner(string? owner, string? subject, IReadOnlyList<string>? workers, bool setsDelivery, bool setsCredentials)
    {
        if (workers is not null)
        {
            Access.DemandOwner(id, owner, subject, "name its workers", "workers");
        }

        if (setsDelivery)
        {
            Access.DemandOwner(id, owner, subject, "say how messages get to it", "delivery");
        }

        if (setsCredentials)
        {
            Access.DemandOwner(id, owner, subject, "set its credentials", "credentials");
        }
    }

    /// <summary>An extension that the agent declared before keeps the origin that it had then.</summary>
    private static IReadOnlyList<ExtensionOrigin> OriginsFor(IReadOnlyList<ExtensionOrigin> known, AgentRecord? before) =>
        before is null ? known : ExtensionOrigins.Keep(known, before.ExtensionOrigins);

    private void DemandOwnerOfPolicy(string? owner, string? subject, AgentCompatibility? policy, bool force)
    {
        if (policy is not null)
        {
            Access.DemandOwner(id, owner, subject, "say which cards it may be given", "compatibility");
        }

        if (force)
        {
            Access.DemandOwner(id, owner, subject, "force a card", "force");
        }
    }

    private void DemandOwnerOfSharing(string? owner, string? subject, AgentSharingChange? sharing)
    {
        if (sharing is not null)
        {
            Access.DemandOwner(id, owner, subject, "say who sees it and may send it messages", SharingRules.Field);
        }
    }

    private void DemandOwnerOfLife(string? owner, string? subject, AgentLifeCycle? lifeCycle, AgentDeprecation? deprecation)
    {
        if (lifeCycle is not null || deprecation is not null)
        {
            Access.DemandOwner(id, owner, subject, "say whether it is active, deprecated or retired", "lifecycle");
        }
    }
}
