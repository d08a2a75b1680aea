namespace OrleansRegistry.Directory;

/// <summary>
/// What is known of agents and extensions by records that are not theirs, and that change without them: it is asked for each time, and never kept.
/// </summary>
internal sealed class AgentVerdicts
{
    /// <summary>In place of a policy that is there and cannot be read: nobody is trusted then, as it may have lowered levels.</summary>
    public static readonly CardPolicy UnreadablePolicy = new();

    /// <summary>Whose domains are proved; null where nobody says.</summary>
    public IDomainProofs? Domains { get; set; }

    /// <summary>The policy of a tenant, from memory; null where it has none. Null itself where nobody says.</summary>
    public Func<string, CardPolicy?>? Policies { get; set; }

    /// <summary>The agent with what is known of it; the same object where it has that already.</summary>
    public AgentRecord Judge(AgentRecord agent, IReadOnlyList<string> hosts)
    {
        var (isProved, level) = (IsDomainVerified(agent, hosts), LevelOf(agent, hosts));
        return isProved == agent.DomainVerified && level == agent.TrustLevel ? agent : agent with { DomainVerified = isProved, TrustLevel = level };
    }

    public bool IsDomainVerified(AgentRecord agent, IReadOnlyList<string> hosts) => Domains?.Prove(agent.Tenant, agent.Owner, hosts) == true;

    public string LevelOf(AgentRecord agent, IReadOnlyList<string> hosts) => OwnersLevel(agent.Tenant, agent.Owner)
        ?? LevelOf(agent.Signature?.Verdict == SignatureVerdict.Valid || IsDomainVerified(agent, hosts));

    /// <summary>Of all agents of an owner; null where the tenant's policy says nothing of it.</summary>
    public string? OwnersLevel(string tenant, string? owner)
    {
        var policy = Policies?.Invoke(tenant);
        return ReferenceEquals(policy, UnreadablePolicy) ? TrustLevels.Unverified
            : owner is null ? null : policy?.OwnerTrustLevels?.GetValueOrDefault(owner);
    }

    /// <summary>Of an agent whose owner has none.</summary>
    /// <param name="isVerified">Whether its card has a valid signature, or its domains are proved.</param>
    public static string LevelOf(bool isVerified) => isVerified ? TrustLevels.Verified : TrustLevels.Unverified;

    /// <summary>Of an extension.</summary>
    public string LevelOf(string tenant, string uri, ExtensionPolicy policy)
    {
        var asked = Policies?.Invoke(tenant);
        return ReferenceEquals(asked, UnreadablePolicy)
            ? TrustLevels.Unverified
            : asked?.ExtensionTrustLevels?.GetValueOrDefault(uri) ?? policy.TrustLevel;
    }
}
