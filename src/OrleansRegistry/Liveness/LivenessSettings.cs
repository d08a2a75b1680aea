namespace OrleansRegistry.Liveness;

/// <summary>The settings of leases.</summary>
internal static class LivenessSettings
{
    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Leases of agents")
        .Add(
            "REGISTRY_LEASE_SECONDS",
            SettingKind.Seconds((int)AgentLease.ShortestTtl.TotalSeconds, (int)AgentLease.LongestTtl.TotalSeconds),
            "After how long without a beat an ephemeral agent expires that names no `ttl`. Every agent is unhealthy after half of its own.",
            options => options.LeaseTime,
            (options, value) => options.LeaseTime = value,
            new() { More = "liveness.md" })
        .Add(
            "AGENT_MAX_INSTANCES",
            SettingKind.Number(1, 1000),
            "How many instances an agent may have: they are part of its record.",
            options => options.MaxInstances,
            (options, value) => options.MaxInstances = value,
            new() { More = "liveness.md#instances" });
}
