namespace OrleansRegistry.Probes;

/// <summary>Where the card of an agent is looked for.</summary>
internal static class ProbePlaces
{
    /// <summary>
    /// Where its owner says, else where it was fetched, else at the well-known path below the first interface that it names, and then at that of its host.
    /// </summary>
    /// <returns>In the order in which they are tried; all of one host. Empty where that is nowhere.</returns>
    public static IReadOnlyList<string> Of(AgentRecord agent) => Known(agent) is { } known ? [known] : OfCard(agent.Card);

    /// <summary>Whether there may be such a place, without a look into the card.</summary>
    public static bool MayHave(AgentRecord agent) => Known(agent) is not null || agent.Reach != CardReach.Nowhere;

    /// <summary>Where it is as somebody said.</summary>
    public static string? Known(AgentRecord agent) => agent.Probe?.Url ?? agent.Source?.Url;

    private static IReadOnlyList<string> OfCard(RawJson card)
    {
        var first = AgentCard.UrlsOf(card)
            .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var read) && CardUrls.IsHttp(read) && read.UserInfo.Length == 0 ? read : null)
            .OfType<Uri>()
            .FirstOrDefault();
        return first is null
            ? []
            : [.. ((string[])[first.GetLeftPart(UriPartial.Path).TrimEnd('/'), first.GetLeftPart(UriPartial.Authority)]).Distinct()
                .Select(folder => folder + CardUrls.WellKnownCard)];
    }
}
