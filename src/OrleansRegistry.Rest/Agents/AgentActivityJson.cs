using System.Text.Json;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Writes what is known of an agent's tasks as a member of its record: <c>activity</c>.</summary>
internal static class AgentActivityJson
{
    /// <summary>The member with a comma before it; empty where nothing is known.</summary>
    public static ReadOnlySpan<byte> Of(AgentActivity? activity)
    {
        if (activity is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("activity"u8);
            json.WriteNumber("open_tasks"u8, activity.OpenTasks);
            Write(json, "last_hour", activity.LastHour);
            Write(json, "last_day", activity.LastDay);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    private static void Write(Utf8JsonWriter json, string name, AgentOutcomes outcomes)
    {
        json.WriteStartObject(name);
        json.WriteNumber("completed"u8, outcomes.Completed);
        json.WriteNumber("failed"u8, outcomes.Failed);
        if (outcomes.SuccessRate is { } rate)
        {
            json.WriteNumber("success_rate"u8, Math.Round(rate, 4));
        }

        if (outcomes.MedianTime is { } median)
        {
            json.WriteNumber("median_seconds"u8, Math.Round(median.TotalSeconds, 3));
        }

        json.WriteEndObject();
    }
}
