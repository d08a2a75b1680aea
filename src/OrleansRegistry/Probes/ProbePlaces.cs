namespace OrleansRegistry.Probes;

/// <summary>Where the card of an agent is looked for.</summary>
internal static class ProbePlaces
{
    /// <summary>Where its owner says, else where it was fetched, else at the well-known path of the host of the first interface that it names.</summary>
    /// <returns>Null where that is nowhere.</returns>
    public static string? Of(AgentRecord agent) => agent.Probe?.Url ?? agent.Source?.Url ?? OfCard(agent.Card);

    /// <summary>Whether there may be such a place, without a look into the card.</summary>
    public static bool MayHave(AgentRecord agent) => agent is { Probe.Url: not null } or { Source: not null } || agent.Reach != CardReach.Nowhere;

    private static string? OfCard(RawJson card) => AgentCard.UrlsOf(card)
        .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var read) && CardUrls.IsHttp(read) && read.UserInfo.Length == 0 ? read : null)
        .OfType<Uri>()
        .Select(url => url.GetLeftPart(UriPartial.Authority) + CardUrls.WellKnownCard)
        .FirstOrDefault();
}
