namespace OrleansRegistry.Trust.Grants;

/// <summary>What grants may say, and what they allow.</summary>
internal static class GrantRules
{
    /// <summary>How long what is asked for waits to be approved.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromDays(30);

    /// <summary>Checks what is known to be wrong without the agent, and drops repetitions.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static GrantTerms Check(GrantTerms terms)
    {
        Identifiers.CheckId(terms.AgentId, "agent_id");
        if (terms.Grantee is { } grantee)
        {
            if (grantee.Subject is null == grantee.AgentId is null)
            {
                throw RegistryException.Invalid("grantee", "must name a subject or an agent_id, and not both");
            }

            Identifiers.CheckId(grantee.Subject ?? grantee.AgentId!, grantee.Subject is null ? "grantee.agent_id" : "grantee.subject");
        }

        if (terms.Actions.Count == 0)
        {
            throw RegistryException.Invalid("actions", $"must have one at least of {string.Join(", ", GrantAction.All)}");
        }

        foreach (var (i, action) in terms.Actions.Index())
        {
            if (!GrantAction.All.Contains(action, StringComparer.Ordinal))
            {
                throw RegistryException.Invalid($"actions[{i}]", $"must be one of {string.Join(", ", GrantAction.All)}");
            }
        }

        if (terms.Skills.Count > GrantTerms.MaxSkills)
        {
            throw RegistryException.Invalid("skills", $"has {terms.Skills.Count:N0} ids; a grant names up to {GrantTerms.MaxSkills}");
        }

        foreach (var (i, skill) in terms.Skills.Index())
        {
            Identifiers.CheckId(skill, $"skills[{i}]");
        }

        if (terms.From is not null)
        {
            Identifiers.CheckId(terms.From, "from");
        }

        CheckLifetime(terms.Lifetime);
        CheckText(terms.Message, "message");
        return terms with
        {
            Actions = [.. terms.Actions.Distinct(StringComparer.Ordinal)],
            Skills = [.. terms.Skills.Distinct(StringComparer.Ordinal)],
        };
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckLifetime(TimeSpan? lifetime)
    {
        if (lifetime is { } time && (time < TimeSpan.FromSeconds(1) || time > GrantTerms.LongestLifetime))
        {
            throw RegistryException.Invalid(
                "expires_in", $"must be 1 to {GrantTerms.LongestLifetime.TotalSeconds:N0} seconds (ten years), not {time.TotalSeconds:N0}");
        }
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckText(string? text, string field)
    {
        if (text?.Length > GrantTerms.MaxMessage)
        {
            throw RegistryException.Invalid(field, $"has {text.Length:N0} characters; it has up to {GrantTerms.MaxMessage:N0}");
        }
    }

    /// <summary>Whether a grant allows an action; with messages, all of these skills, or where they name none, any; null: whatever skills.</summary>
    public static bool Covers(AgentGrant grant, string action, IReadOnlyList<string>? skills)
    {
        var isAny = grant.Actions.Contains(GrantAction.Any);
        return action == GrantAction.Read
            || ((isAny || grant.Actions.Contains(action))
                && (grant.Skills.Count == 0 || skills is null
                    || (skills.Count > 0 && skills.All(skill => grant.Skills.Contains(skill, StringComparer.Ordinal)))));
    }

    /// <summary>What a grant is handed on as: no wider and no longer.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it would be.</exception>
    public static void DemandWithin(AgentGrant from, GrantTerms terms, DateTimeOffset? expiresAt)
    {
        if (!from.Actions.Contains(GrantAction.Any) && terms.Actions.FirstOrDefault(action => !Has(from, action)) is { } wider)
        {
            throw RegistryException.Invalid("actions", $"has '{wider}', which the grant that is handed on does not allow");
        }

        if (from.Skills.Count > 0 && (terms.Skills.Count == 0 || terms.Skills.Any(skill => !from.Skills.Contains(skill, StringComparer.Ordinal))))
        {
            throw RegistryException.Invalid("skills", $"must be of those of the grant that is handed on: {string.Join(", ", from.Skills)}");
        }

        if (from.ExpiresAt is { } end && !(expiresAt <= end))
        {
            throw RegistryException.Invalid("expires_in", $"is longer than the grant that is handed on, which ends at {end:O}");
        }
    }

    private static bool Has(AgentGrant grant, string action) =>
        grant.Actions.Contains(action) || (action == GrantAction.Read && grant.Actions.Contains(GrantAction.Message));
}
