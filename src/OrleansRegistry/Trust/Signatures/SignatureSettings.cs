namespace OrleansRegistry.Trust.Signatures;

/// <summary>The settings of cards' signatures.</summary>
internal static class SignatureSettings
{
    public const string RequiredName = "A2A_REGISTRY_REQUIRE_SIGNATURE_VERIFICATION";

    private const string More = "signatures.md";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Signatures of cards")
        .Add(
            "REGISTRY_CARD_ISSUERS",
            SettingKind.List(
                "`URL` or `URL=KEYS`, a space between; KEYS is a URL or the path of a file", " ", text => CardIssuer.TryRead(text, out _)),
            "Whose signatures of agent cards count, and where their keys are (JWKS): else at `/.well-known/jwks.json` below the URL.",
            options => options.Signatures.Issuers,
            (options, value) => options.Signatures = options.Signatures with { Issuers = value },
            new() { More = More })
        .Add(
            "REGISTRY_CARD_ISSUER_REFRESH_SECONDS",
            SettingKind.Seconds(5, 86_400),
            "How often those keys are read anew. A key that is taken away counts no longer than that.",
            options => options.Signatures.Refresh,
            (options, value) => options.Signatures = options.Signatures with { Refresh = value },
            new() { More = More + "#keys" })
        .Add(
            RequiredName,
            SettingKind.Flag,
            "Refuse agents, and new cards of agents, without a valid signature.",
            options => options.Signatures.Required,
            (options, value) => options.Signatures = options.Signatures with { Required = value },
            new() { Aliases = ["REGISTRY_REQUIRE_SIGNATURE_VERIFICATION"], More = More + "#what-is-asked-of-cards" })
        .Add(
            "REGISTRY_MINIMUM_TRUST_LEVEL",
            SettingKind.OneOf([.. TrustLevels.All.Select(level => (level, level))]),
            "The least trust level of new agents, and of agents with a new card, in tenants whose policy names none.",
            options => options.Signatures.MinimumTrustLevel,
            (options, value) => options.Signatures = options.Signatures with { MinimumTrustLevel = value },
            new() { More = More + "#trust-levels" });
}
