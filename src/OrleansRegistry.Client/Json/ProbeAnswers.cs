using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reads probes as the REST API answers them.</summary>
internal static class ProbeAnswers
{
    /// <summary>The member <c>probe</c> of an agent.</summary>
    public static AgentProbe ReadProbe(JsonElement probe) =>
        new() { Interval = Seconds(probe), Url = probe.Text("probe_url"), Result = ReadResult(probe) };

    public static AgentProbeStatus ReadStatus(JsonElement status) => new(status.Required("agent_id"), ReadResult(status))
    {
        Interval = Seconds(status),
        Url = status.Text("url"),
        LastProbe = status.TimeOrNull("last_probe"),
        LastSuccess = status.TimeOrNull("last_success"),
        NextProbe = status.TimeOrNull("next_probe"),
        Failures = (int)status.Number("failures"),
        Took = status.Find("took_ms") is null ? null : TimeSpan.FromMilliseconds(status.Number("took_ms")),
        Changes = AgentAnswers.ReadChanges(status),
    };

    // One that this version does not know is no outcome to rely on.
    private static AgentProbeResult? ReadResult(JsonElement json) => json.Text("outcome") is not { } outcome
        ? null
        : new AgentProbeResult(
            AgentProbeOutcomes.TryParse(outcome) ?? AgentProbeOutcome.Unreachable,
            json.Time("since"),
            json.Text("reason"),
            json.Strings("drift"),
            json.TimeOrNull("last_success"));

    private static TimeSpan? Seconds(JsonElement json) =>
        json.Find("probe_seconds") is null ? null : TimeSpan.FromSeconds(json.Number("probe_seconds"));
}
