namespace OrleansRegistry.Agents.Versions;

/// <summary>Which cards an agent may be given after the one that it has.</summary>
internal static class CompatibilityRules
{
    private const int MostTold = 10;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there is no such policy.</exception>
    public static void Check(AgentCompatibility? policy)
    {
        if (policy is { } value && value is not (AgentCompatibility.None or AgentCompatibility.Backward))
        {
            throw RegistryException.Invalid("compatibility", $"must be {AgentCompatibilities.AllNames}");
        }
    }

    /// <summary>What a card breaks of what the agent's card promises; null where it takes no other card's place.</summary>
    /// <param name="force">Whether it is to take its place all the same.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: the agent's policy refuses the card.</exception>
    public static IReadOnlyList<CardBreak>? Compare(AgentRecord? before, RawJson card, bool force)
    {
        if (before is null || before.Card == card)
        {
            return null;
        }

        var breaks = CardCompatibility.Of(before.Card, card);
        return breaks.Count == 0 || force || before.Compatibility != AgentCompatibility.Backward ? breaks : throw Refusal(before, breaks);
    }

    private static RegistryException Refusal(AgentRecord before, IReadOnlyList<CardBreak> breaks)
    {
        var told = string.Join("; ", breaks.Take(MostTold).Select(found => LogText.Escape(found.Message)));
        var more = breaks.Count > MostTold ? $"; and {breaks.Count - MostTold:N0} more" : "";
        return new RegistryException(
            RegistryError.Conflict,
            $"The card breaks clients of agent '{before.Id}', which takes only cards that do not (compatibility: backward): {told}{more}. "
                + "Its owner may force it.",
            "agent_card");
    }
}
