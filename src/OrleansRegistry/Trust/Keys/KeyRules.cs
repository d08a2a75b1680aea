namespace OrleansRegistry.Trust.Keys;

/// <summary>What a key can be, and who may give it.</summary>
internal static class KeyRules
{
    public static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(30);

    private const int MaxAgents = 1_000;
    private const int MaxDescription = 1_024;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void Check(KeyRecord key, DateTimeOffset now)
    {
        Identifiers.CheckId(key.Subject, "subject");
        if (key.Roles.Count == 0)
        {
            throw RegistryException.Invalid("roles", $"has none; a key has one at least: {string.Join(", ", RegistryRoles.All)}");
        }

        _ = RegistryRoles.Of(key.Roles);
        if (key.Agents is { } agents)
        {
            if (agents.Count is 0 or > MaxAgents)
            {
                throw RegistryException.Invalid("agents", $"names {agents.Count:N0}; a key is for 1 to {MaxAgents:N0} agents, or for all without it");
            }

            foreach (var (i, agent) in agents.Index())
            {
                Identifiers.CheckId(agent, $"agents[{i}]");
            }
        }

        if (key.Description?.Length > MaxDescription)
        {
            throw RegistryException.Invalid("description", $"has {key.Description.Length:N0} characters; at most {MaxDescription:N0} are kept");
        }

        if (key.ExpiresAt <= now)
        {
            throw RegistryException.Invalid("expiresAt", "is past; leave it out for a key that does not end by itself");
        }
    }

    /// <summary>Nobody gives or gets hold of more than it has.</summary>
    /// <param name="field">Null: a key that there is.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>.</exception>
    public static void DemandNoMore(Caller caller, KeyRecord key, string? field = null)
    {
        GivenRoles.DemandNoMore(caller, key.Roles, "The key", field);
        if (caller.Agents is { } own && (key.Agents is null || key.Agents.Except(own, StringComparer.Ordinal).Any()))
        {
            throw new RegistryException(
                RegistryError.Forbidden, "The key is for agents that its maker's own credential is not for.", field is null ? null : "agents");
        }
    }

    /// <summary>Nobody gives, or gets hold of, what lasts longer than its own key.</summary>
    /// <param name="end">Of the caller's key; null for none.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>.</exception>
    public static void DemandNoLonger(DateTimeOffset? end, KeyRecord key)
    {
        if (end is { } last && !(key.ExpiresAt <= last))
        {
            throw new RegistryException(
                RegistryError.Forbidden, $"The key would last longer than its maker's own, which ends at {last:u}.", "expiresAt");
        }
    }
}
