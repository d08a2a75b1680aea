using System.Text.Json;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Writes where an agent's card is from, as members of its record.</summary>
internal static class AgentSourceJson
{
    /// <summary>The members with a comma before each; empty where the card was sent.</summary>
    public static ReadOnlySpan<byte> Of(AgentSource? source)
    {
        if (source is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("source_url"u8, source.Url);
            json.WriteTime("fetched_at", source.FetchedAt);
            if (source.RefreshInterval is { } interval)
            {
                json.WriteNumber("refresh_seconds"u8, (long)interval.TotalSeconds);
            }

            if (source.Failure is { } failure)
            {
                json.WriteStartObject("fetch_failure"u8);
                json.WriteString("reason"u8, failure.Reason);
                json.WriteTime("at", failure.At);
                json.WriteNumber("attempts"u8, failure.Attempts);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }
}
