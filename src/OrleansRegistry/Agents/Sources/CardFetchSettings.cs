using OrleansRegistry.Outbound;

namespace OrleansRegistry.Agents.Sources;

/// <summary>The settings of agents that are registered by URL.</summary>
internal static class CardFetchSettings
{
    private const string More = "agents.md";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Agents by URL")
        .Add(
            "CARD_FETCH_ENABLED",
            SettingKind.Flag,
            "Fetch the cards of agents that are registered by URL.",
            options => options.CardFetch.Enabled,
            (options, value) => options.CardFetch = options.CardFetch with { Enabled = value },
            new() { More = More })
        .Add(
            "CARD_REFRESH_ENABLED",
            SettingKind.Flag,
            "Fetch them anew as often as their `refresh_seconds` say; else only when their owners ask for it.",
            options => options.CardFetch.Refresh,
            (options, value) => options.CardFetch = options.CardFetch with { Refresh = value },
            new() { More = More + "#fetched-anew" })
        .Add(
            "CARD_FETCH_TIMEOUT_SECONDS",
            SettingKind.Seconds(1, 60),
            "How long the fetch of a card may take, with its redirects.",
            options => options.CardFetch.Timeout,
            (options, value) => options.CardFetch = options.CardFetch with { Timeout = value })
        .Add(
            "CARD_FETCH_MAX_CONCURRENT",
            SettingKind.Number(1, 256),
            "How many cards a process fetches at once of those that are due.",
            options => options.CardFetch.MaxConcurrent,
            (options, value) => options.CardFetch = options.CardFetch with { MaxConcurrent = value })
        .Add(
            "CARD_FETCH_ALLOWED_NETWORKS",
            OutboundAddresses.Setting,
            "Where cards may be beside public addresses. All others (loopback, private, link-local, …) are refused, however a URL leads there.",
            options => options.CardFetch.AllowedNetworks,
            (options, value) => options.CardFetch = options.CardFetch with { AllowedNetworks = value },
            new() { More = More + "#where-cards-may-be" });
}
