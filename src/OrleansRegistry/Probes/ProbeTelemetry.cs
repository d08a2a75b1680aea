using System.Diagnostics.Metrics;

namespace OrleansRegistry.Probes;

/// <summary>What is told of probes. The names are in docs/telemetry.md.</summary>
internal static class ProbeTelemetry
{
    private static readonly Counter<long> Probes = RegistryTelemetry.Meter.CreateCounter<long>(
        "registry.probes", "{probe}", "Looks at the cards that agents publish, by this process.");

    public static void Ended(AgentProbeOutcome outcome) => Probes.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToName()));
}
