using System.Diagnostics.Metrics;

namespace OrleansRegistry.Trust.Audit;

/// <summary>What is told of the audit trail. The names are in docs/telemetry.md.</summary>
internal static class AuditTelemetry
{
    private static readonly Counter<long> Entries = RegistryTelemetry.Meter.CreateCounter<long>(
        "registry.audit.entries", "{entry}", "Entries of audit trails that this process had written.");

    private static readonly Counter<long> RefusedCalls = RegistryTelemetry.Meter.CreateCounter<long>(
        "registry.audit.refused", "{call}", "Calls that were refused, by reason.");

    private static long late;
    private static long lost;

    static AuditTelemetry()
    {
        // Told while there are none, too: an alert must know that there are none.
        RegistryTelemetry.Meter.CreateObservableUpDownCounter(
            "registry.audit.late",
            () => Interlocked.Read(ref late),
            "{entry}",
            "Entries that could not be written when they should, and wait for that.");
        RegistryTelemetry.Meter.CreateObservableCounter(
            "registry.audit.lost", () => Interlocked.Read(ref lost), "{entry}", "Entries that were given up, as too many waited.");
    }

    public static void Written(long count) => Entries.Add(count);

    public static void Refused(string reason) => RefusedCalls.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Late(long change) => Interlocked.Add(ref late, change);

    public static void Lost(long count) => Interlocked.Add(ref lost, count);
}
