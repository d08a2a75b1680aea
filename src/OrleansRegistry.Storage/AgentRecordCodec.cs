using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>
/// An agent as stores hold it: the card is the document; beside it the fields <c>enabled</c>, <c>created_at</c>,
/// <c>updated_at</c> and, where the card declares any, <c>extension_origins</c>.
/// </summary>
public static class AgentRecordCodec
{
    public static RecordBody Write(AgentRecord agent)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("enabled"u8, agent.Enabled);
            writer.WriteString("created_at"u8, agent.CreatedAt);
            writer.WriteString("updated_at"u8, agent.UpdatedAt);
            if (agent.ExtensionOrigins.Count > 0)
            {
                writer.WriteStartArray("extension_origins"u8);
                foreach (var origin in agent.ExtensionOrigins)
                {
                    writer.WriteStartObject();
                    writer.WriteString("uri"u8, origin.Uri);
                    writer.WriteString("agent_id"u8, origin.AgentId);
                    writer.WriteString("at"u8, origin.At);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return new RecordBody(agent.Card, RawJson.FromValid(buffer.WrittenSpan)) { Source = agent };
    }

    /// <exception cref="JsonException">The fields are none that <see cref="Write"/> made.</exception>
    public static AgentRecord Read(StoredRecord stored)
    {
        if (stored.Body.Source is AgentRecord known)
        {
            return known with { Revision = stored.Version };
        }

        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8);
        var fields = document.RootElement;
        return new AgentRecord
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            Card = stored.Body.Document,
            Revision = stored.Version,
            Enabled = fields.GetProperty("enabled"u8).GetBoolean(),
            CreatedAt = fields.GetProperty("created_at"u8).GetDateTimeOffset(),
            UpdatedAt = fields.GetProperty("updated_at"u8).GetDateTimeOffset(),
            ExtensionOrigins = fields.TryGetProperty("extension_origins"u8, out var origins) ? ReadOrigins(origins) : [],
        };
    }

    private static IReadOnlyList<ExtensionOrigin> ReadOrigins(JsonElement origins) =>
    [
        .. origins.EnumerateArray().Select(origin => new ExtensionOrigin(
            origin.GetProperty("uri"u8).GetString()!,
            origin.GetProperty("agent_id"u8).GetString()!,
            origin.GetProperty("at"u8).GetDateTimeOffset())),
    ];
}
