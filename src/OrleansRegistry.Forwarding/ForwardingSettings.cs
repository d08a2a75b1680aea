using OrleansRegistry.Outbound;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Forwarding;

/// <summary>The settings of forwarding.</summary>
public static class ForwardingSettings
{
    private const string More = "forwarding.md";

    internal static SettingGroup<ForwardingOptions> All { get; } = new SettingGroup<ForwardingOptions>("Forwarding")
        .Add(
            "FORWARD_ENABLED",
            SettingKind.Flag,
            "Pass the tasks of agents delivered `forward` on to them.",
            options => options.Enabled,
            (options, value) => options.Enabled = value,
            new() { More = More })
        .Add(
            "FORWARD_MAX_CONCURRENT_PER_AGENT",
            SettingKind.Number(1, 10_000),
            "How many tasks of one agent this process passes on at once; the others wait.",
            options => options.MaxConcurrent,
            (options, value) => options.MaxConcurrent = value)
        .Add(
            "FORWARD_TIMEOUT_SECONDS",
            SettingKind.Seconds(1, 3600),
            "How long an agent may take to answer a request, and be silent in a stream.",
            options => options.Timeout,
            (options, value) => options.Timeout = value,
            new() { More = More + "#when-the-agent-is-away" })
        .Add(
            "FORWARD_RETRIES",
            SettingKind.Number(1, 10),
            "How often a request is sent again that an agent could not take. The pause before doubles each time, from 1 second.",
            options => options.Retries,
            (options, value) => options.Retries = value)
        .Add(
            "FORWARD_GIVE_UP_SECONDS",
            SettingKind.Seconds(1, 86400),
            "After how long without an answer of its agent a task fails that the agent has taken.",
            options => options.GiveUp,
            (options, value) => options.GiveUp = value)
        .Add(
            "FORWARD_ALLOWED_NETWORKS",
            OutboundAddresses.Setting,
            "Where agents may be beside public addresses. All others (loopback, private, link-local, …) are refused, however a card's URL leads there.",
            options => options.AllowedNetworks,
            (options, value) => options.AllowedNetworks = value,
            new() { More = More + "#where-agents-may-be" });

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];
}
