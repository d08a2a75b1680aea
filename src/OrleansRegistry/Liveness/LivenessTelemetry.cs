using System.Diagnostics.Metrics;

namespace OrleansRegistry.Liveness;

/// <summary>What is told of leases. The names are in docs/telemetry.md.</summary>
internal static class LivenessTelemetry
{
    private static readonly Counter<long> Beats = RegistryTelemetry.Meter.CreateCounter<long>(
        "registry.beats", "{beat}", "Beats of agents and instances that this process took.");

    private static readonly Counter<long> Changes = RegistryTelemetry.Meter.CreateCounter<long>(
        "registry.health.changes",
        "{agent}",
        "Changes of the health of agents and instances that this process wrote, and ephemeral ones that it removed.");

    public static void Beat(int count) => Beats.Add(count);

    public static void Changed(string to) => Changes.Add(1, new KeyValuePair<string, object?>("to", to));
}
