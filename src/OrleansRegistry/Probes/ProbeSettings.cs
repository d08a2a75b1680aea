namespace OrleansRegistry.Probes;

/// <summary>The settings of probes.</summary>
internal static class ProbeSettings
{
    private const string More = "liveness.md#probes";

    private static readonly int Longest = (int)AgentProbe.LongestInterval.TotalSeconds;

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Probes of agents")
        .Add(
            "CARD_PROBE_ENABLED",
            SettingKind.Flag,
            "Look at the cards that agents publish as often as their `probe_seconds` say; else only when their owners ask for it.",
            options => options.Probes.Enabled,
            (options, value) => options.Probes = options.Probes with { Enabled = value },
            new() { More = More })
        .Add(
            "CARD_PROBE_SECONDS",
            SettingKind.SecondsOrNever(Longest),
            "How often, at agents that do not say so themselves.",
            options => options.Probes.Usual,
            (options, value) => options.Probes = options.Probes with { Usual = value })
        .Add(
            "CARD_PROBE_MIN_SECONDS",
            SettingKind.Seconds(1, Longest),
            "The smallest `probe_seconds` that an agent may have; those that had a smaller one are probed so often.",
            options => options.Probes.Shortest,
            (options, value) => options.Probes = options.Probes with { Shortest = value })
        .Add(
            "CARD_PROBE_MAX_CONCURRENT",
            SettingKind.Number(1, 256),
            "How many probes a process makes at once; a quarter of them at most at one host.",
            options => options.Probes.MaxConcurrent,
            (options, value) => options.Probes = options.Probes with { MaxConcurrent = value });
}
