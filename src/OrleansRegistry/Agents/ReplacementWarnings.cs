namespace OrleansRegistry.Agents;

/// <summary>What whoever registered an agent is told of.</summary>
internal static class ReplacementWarnings
{
    /// <summary>What the card could do better, and whose agent it took the place of.</summary>
    public static IReadOnlyList<CardWarning> Of(Caller caller, CheckedRegistration entry, AgentWritten written)
    {
        if (written.Before is not { } before)
        {
            return entry.Card.Warnings;
        }

        var warnings = new List<CardWarning>(entry.Card.Warnings);
        if (before.Owner is not null && !Access.MayWrite(caller, before.Owner))
        {
            warnings.Add(new CardWarning("agent_id", $"replaced the card of an agent that belongs to '{before.Owner}'"));
        }

        if (before.Provider is not null
            && !ComparedText.Of(entry.Card.Providers).Contains(ComparedText.Of(before.Provider), StringComparer.OrdinalIgnoreCase))
        {
            warnings.Add(new CardWarning("provider", $"replaced an agent of another provider, '{before.Provider}'"));
        }

        return warnings;
    }
}
