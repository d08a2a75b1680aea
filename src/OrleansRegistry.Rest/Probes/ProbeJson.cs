using System.Text.Json;
using OrleansRegistry.Rest.Agents.Versions;

namespace OrleansRegistry.Rest.Probes;

/// <summary>Reads and writes probes.</summary>
internal static class ProbeJson
{
    /// <summary>The member <c>probe</c> of an agent's record, with a comma before it; empty where there is nothing of it.</summary>
    public static ReadOnlySpan<byte> Of(AgentProbe? probe)
    {
        if (probe is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("probe"u8);
            WriteSeconds(json, probe.Interval);
            json.WriteGiven("probe_url", probe.Url);
            Write(json, probe.Result);
            json.WriteTime("last_success", probe.Result?.LastSuccess);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    /// <summary>The members of an answer about an agent's probes.</summary>
    public static void Write(Utf8JsonWriter json, AgentProbeStatus status)
    {
        json.WriteString("agent_id"u8, status.AgentId);
        WriteSeconds(json, status.Interval);
        json.WriteGiven("url", status.Url);
        Write(json, status.Result);
        json.WriteTime("last_probe", status.LastProbe);
        json.WriteTime("last_success", status.LastSuccess);
        json.WriteTime("next_probe", status.NextProbe);
        json.WriteNumber("failures"u8, status.Failures);
        if (status.Took is { } took)
        {
            json.WriteNumber("took_ms"u8, (long)took.TotalMilliseconds);
        }

        if (status.Changes.Count > 0)
        {
            json.WriteStartArray("changes"u8);
            foreach (var change in status.Changes)
            {
                AgentVersionJson.Write(json, change);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>A time in seconds, for the registry to judge.</summary>
    public static TimeSpan? ReadSeconds(RequestMembers members) =>
        members.Number("probe_seconds", min: 0) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null;

    private static void Write(Utf8JsonWriter json, AgentProbeResult? result)
    {
        if (result is null)
        {
            return;
        }

        json.WriteString("outcome"u8, result.Outcome.ToName());
        json.WriteTime("since", result.Since);
        json.WriteGiven("reason", result.Reason);
        if (result.Drift.Count > 0)
        {
            json.WriteGiven("drift", result.Drift);
        }
    }

    private static void WriteSeconds(Utf8JsonWriter json, TimeSpan? interval)
    {
        if (interval is { } seconds)
        {
            json.WriteNumber("probe_seconds"u8, (long)seconds.TotalSeconds);
        }
    }
}
