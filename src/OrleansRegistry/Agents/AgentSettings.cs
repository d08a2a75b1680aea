namespace OrleansRegistry.Agents;

/// <summary>What agents may be, and which of their extensions are listed.</summary>
internal static class AgentSettings
{
    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Agents")
        .Add(
            "REGISTRY_STRICT_CARDS",
            SettingKind.Flag,
            "Refuse agent cards for what would otherwise be a warning.",
            options => options.StrictCards,
            (options, value) => options.StrictCards = value)
        .Add(
            "REGISTRY_MAX_CARD_BYTES",
            SettingKind.Number(1024, 16 * 1024 * 1024),
            "The largest agent card.",
            options => options.MaxCardBytes,
            (options, value) => options.MaxCardBytes = value)
        .Add(
            "REGISTRY_IDLE_SECONDS",
            SettingKind.Seconds(10, 86_400),
            "How long the grain of an agent, task or context stays in memory unused. The directory always holds all agents.",
            options => options.GrainIdle,
            (options, value) => options.GrainIdle = value)
        .Add(
            "AGENT_ACTIVITY_ENABLED",
            SettingKind.Flag,
            "Look at tasks every 2 seconds, to tell how those of each agent go.",
            options => options.AgentActivity,
            (options, value) => options.AgentActivity = value)
        .Add(
            "REGISTRY_EXACT_VECTORS",
            SettingKind.Number(0, 100_000_000),
            "Up to how many vectors of a tenant are all compared in a search by meaning. Where there are more, a graph of near ones is asked (HNSW).",
            options => options.ExactVectors,
            (options, value) => options.ExactVectors = value)
        .Add(
            "A2A_REGISTRY_DEV_MODE",
            SettingKind.Flag,
            "List all extensions.",
            options => options.Extensions.DevelopmentMode,
            (options, value) => options.Extensions = options.Extensions with { DevelopmentMode = value })
        .Add(
            "A2A_REGISTRY_REQUIRE_EXTENSION_VERIFICATION",
            SettingKind.Flag,
            "Outside dev mode: list only the extensions of the allowlist, and refuse cards that require others, unless the tenant's policy names some.",
            options => options.Extensions.RequireVerification,
            (options, value) => options.Extensions = options.Extensions with { RequireVerification = value })
        .Add(
            "A2A_REGISTRY_EXTENSION_ALLOWLIST",
            SettingKind.List("extension URIs, comma between", ","),
            "The extensions that are listed outside dev mode.",
            options => [.. options.Extensions.Allowlist ?? new HashSet<string>()],
            (options, value) => options.Extensions = options.Extensions with { Allowlist = value.ToHashSet(StringComparer.Ordinal) })
        .Add(
            "A2A_REGISTRY_DEFAULT_DEV_TRUST_LEVEL",
            SettingKind.OneOf([.. TrustLevels.All.Select(level => (level, level))]),
            "The trust level of all extensions in dev mode.",
            options => options.Extensions.DevelopmentTrustLevel,
            (options, value) => options.Extensions = options.Extensions with { DevelopmentTrustLevel = value });
}
