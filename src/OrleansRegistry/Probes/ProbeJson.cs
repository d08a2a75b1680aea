using System.Text.Json;

namespace OrleansRegistry.Probes;

/// <summary>
/// A probe in an agent's stored fields, where there is anything of it: <c>seconds</c>, <c>url</c>, and <c>result</c> with <c>outcome</c>, <c>since</c>,
/// <c>reason</c>, <c>drift</c> and <c>last_success</c>.
/// </summary>
internal static class ProbeJson
{
    public static AgentProbe Read(StoredObject probe) => new()
    {
        Interval = probe.NumberOrNull("seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Url = probe.TextOrNull("url"),
        Result = probe.ObjectOrNull("result") is { } result ? ReadResult(result) : null,
        Unknown = probe.Unknown(),
    };

    public static void Write(Utf8JsonWriter fields, AgentProbe probe)
    {
        fields.WriteStartObject("probe"u8);
        if (probe.Interval is { } interval)
        {
            fields.WriteNumber("seconds"u8, (long)interval.TotalSeconds);
        }

        fields.WriteGiven("url", probe.Url);

        if (probe.Result is { } result)
        {
            fields.WriteStartObject("result"u8);
            Write(fields, result);
            fields.WriteEndObject();
        }

        StoredObject.WriteUnknown(fields, probe.Unknown);
        fields.WriteEndObject();
    }

    private static AgentProbeResult ReadResult(StoredObject result) => new(
        AgentProbeOutcomes.TryParse(result.Text("outcome")) ?? throw new JsonException($"'outcome' is not {AgentProbeOutcomes.AllNames}"),
        result.Time("since"),
        result.TextOrNull("reason"),
        result.Array("drift", path => path.GetString() ?? throw new JsonException("a path is null")),
        result.TimeOrNull("last_success"))
    {
        Unknown = result.Unknown(),
    };

    private static void Write(Utf8JsonWriter fields, AgentProbeResult result)
    {
        fields.WriteString("outcome"u8, result.Outcome.ToName());
        fields.WriteString("since"u8, result.Since);
        fields.WriteGiven("reason", result.Reason);

        if (result.Drift.Count > 0)
        {
            fields.WriteGiven("drift", result.Drift);
        }

        fields.WriteGiven("last_success", result.LastSuccess);
        StoredObject.WriteUnknown(fields, result.Unknown);
    }
}
