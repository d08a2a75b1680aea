using System.Diagnostics.Metrics;

namespace OrleansRegistry.Forwarding;

/// <summary>What is told of forwarding. The names are in docs/telemetry.md.</summary>
internal static class ForwardingTelemetry
{
    private static readonly UpDownCounter<int> Running = RegistryTelemetry.Meter.CreateUpDownCounter<int>(
        "registry.forward.running", "{task}", "Tasks that this process passes on to agents and follows.");

    public static void Runs(int more) => Running.Add(more);
}
