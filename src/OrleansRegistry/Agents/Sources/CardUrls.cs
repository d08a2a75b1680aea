namespace OrleansRegistry.Agents.Sources;

/// <summary>The rules of where cards may be fetched, before anything is.</summary>
internal static class CardUrls
{
    public const string Field = "card_url";

    private const int MaxLength = 2048;
    private const string WellKnown = "/.well-known/";

    /// <summary>The path at which a host publishes its card (A2A 1.0, 8.2).</summary>
    public const string WellKnownCard = WellKnown + "agent-card.json";

    /// <summary>Where a card may be that a URL leads to: there, else where A2A publishes cards (1.0, 8.2; before 0.3 it was the last).</summary>
    /// <param name="field">How an error calls the URL.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not such a URL.</exception>
    public static IReadOnlyList<Uri> Places(string text, string field = Field)
    {
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var url) || !IsHttp(url))
        {
            throw RegistryException.Invalid(field, $"must be an http or https URL of up to {MaxLength:N0} characters");
        }

        if (url.UserInfo.Length > 0)
        {
            throw RegistryException.Invalid(field, "must not have a user name or password: cards are fetched without credentials");
        }

        url = new UriBuilder(url) { Fragment = "" }.Uri;
        if (url.AbsolutePath.Contains(WellKnown, StringComparison.Ordinal) || url.AbsolutePath.EndsWith(".json", StringComparison.Ordinal))
        {
            return [url];
        }

        var folder = url.GetLeftPart(UriPartial.Path).TrimEnd('/') + WellKnown;
        return [url, new Uri(folder + "agent-card.json"), new Uri(folder + "agent.json")];
    }

    public static bool IsHttp(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;

    /// <summary>Checks what a registration says of a card that is to be fetched.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckFetched(AgentRegistration registration)
    {
        if (!registration.Card.IsEmpty)
        {
            throw RegistryException.Invalid(Field, "goes in place of agent_card: send one of the two");
        }

        if (registration.RefreshInterval is { } interval && (interval < AgentSource.ShortestRefresh || interval > AgentSource.LongestRefresh))
        {
            throw RegistryException.Invalid(
                "refresh_seconds",
                $"must be {AgentSource.ShortestRefresh.TotalSeconds:0} to {AgentSource.LongestRefresh.TotalSeconds:0}, which is 30 days");
        }
    }

    /// <summary>Checks that a registration brings its card itself.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckSent(AgentRegistration registration)
    {
        if (registration.CardUrl is not null)
        {
            throw RegistryException.Invalid(Field, "is not taken in a batch: register such an agent by itself");
        }

        if (registration.RefreshInterval is not null)
        {
            throw RegistryException.Invalid("refresh_seconds", "goes with card_url: only a card that was fetched is fetched again");
        }
    }
}
