namespace OrleansRegistry.Agents.Versions;

/// <summary>The settings of agents' versions.</summary>
internal static class AgentVersionSettings
{
    private const string More = "versions.md";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Versions of agents")
        .Add(
            "AGENT_VERSIONS_KEPT",
            SettingKind.Number(0, 1_000),
            "How many of the cards that an agent had are kept, beside the one that it has and those with labels.",
            options => options.AgentVersions.Kept,
            (options, value) => options.AgentVersions = options.AgentVersions with { Kept = value },
            new() { More = More })
        .Add(
            "AGENT_VERSIONS_AGE_DAYS",
            SettingKind.Number(0, 36_500),
            "How long they are kept after they were replaced; 0: as long as their number allows. They go with the agent's next change.",
            options => options.AgentVersions.AgeDays,
            (options, value) => options.AgentVersions = options.AgentVersions with { AgeDays = value },
            new() { More = More });
}
