using System.Text.Json;

namespace OrleansRegistry.Agents.Sources;

/// <summary>
/// Where a card is from, in an agent's stored fields: <c>url</c>, <c>fetched_at</c> and, where there are any, <c>refresh_seconds</c>, <c>etag</c>,
/// <c>last_modified</c> and <c>failure</c> (<c>reason</c>, <c>at</c>, <c>attempts</c>).
/// </summary>
internal static class AgentSourceJson
{
    public static AgentSource Read(StoredObject source) => new()
    {
        Url = source.Text("url"),
        FetchedAt = source.Time("fetched_at"),
        RefreshInterval = source.NumberOrNull("refresh_seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        ETag = source.TextOrNull("etag"),
        LastModified = source.TimeOrNull("last_modified"),
        Failure = source.ObjectOrNull("failure") is { } failure ? ReadFailure(failure) : null,
        Unknown = source.Unknown(),
    };

    public static void Write(Utf8JsonWriter fields, AgentSource source)
    {
        fields.WriteStartObject("source"u8);
        fields.WriteString("url"u8, source.Url);
        fields.WriteString("fetched_at"u8, source.FetchedAt);
        if (source.RefreshInterval is { } interval)
        {
            fields.WriteNumber("refresh_seconds"u8, (long)interval.TotalSeconds);
        }

        fields.WriteGiven("etag", source.ETag);

        fields.WriteGiven("last_modified", source.LastModified);

        if (source.Failure is { } failure)
        {
            fields.WriteStartObject("failure"u8);
            fields.WriteString("reason"u8, failure.Reason);
            fields.WriteString("at"u8, failure.At);
            fields.WriteNumber("attempts"u8, failure.Attempts);
            StoredObject.WriteUnknown(fields, failure.Unknown);
            fields.WriteEndObject();
        }

        StoredObject.WriteUnknown(fields, source.Unknown);
        fields.WriteEndObject();
    }

    private static AgentSourceFailure ReadFailure(StoredObject failure) =>
        new(failure.Text("reason"), failure.Time("at"), (int)Math.Min(failure.Number("attempts"), int.MaxValue)) { Unknown = failure.Unknown() };
}
