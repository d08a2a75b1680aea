using System.Text.Json;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>
/// An agent as stores hold it: the card is the document; beside it the fields <c>enabled</c>, <c>created_at</c>,
/// <c>updated_at</c>, <c>owner</c> and, where there are any, <c>workers</c>, <c>extension_origins</c> and <c>requests</c> (<see cref="RequestMarksJson"/>).
/// </summary>
public static class AgentRecordCodec
{
    public static RecordBody Write(AgentWrite write) => new(write.Agent.Card, FieldsWriter.Write(write.Agent, WriteFields)) { Source = write };

    /// <exception cref="JsonException">The fields are none that <see cref="Write"/> made.</exception>
    public static AgentRecord Read(StoredRecord stored)
    {
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
            Owner = fields.TryGetProperty("owner"u8, out var owner) ? owner.GetString() : null,
            Workers = fields.TryGetProperty("workers"u8, out var workers) ? [.. workers.EnumerateArray().Select(worker => worker.GetString()!)] : [],
            Requests = RequestMarksJson.Read(fields) ?? [],
        };
    }

    private static void WriteFields(Utf8JsonWriter fields, AgentRecord agent)
    {
        fields.WriteBoolean("enabled"u8, agent.Enabled);
        fields.WriteString("created_at"u8, agent.CreatedAt);
        fields.WriteString("updated_at"u8, agent.UpdatedAt);
        if (agent.Owner is not null)
        {
            fields.WriteString("owner"u8, agent.Owner);
        }

        if (agent.Workers.Count > 0)
        {
            fields.WriteStartArray("workers"u8);
            foreach (var worker in agent.Workers)
            {
                fields.WriteStringValue(worker);
            }

            fields.WriteEndArray();
        }

        RequestMarksJson.Write(fields, agent.Requests is [] ? null : agent.Requests);
        if (agent.ExtensionOrigins.Count > 0)
        {
            fields.WriteStartArray("extension_origins"u8);
            foreach (var origin in agent.ExtensionOrigins)
            {
                fields.WriteStartObject();
                fields.WriteString("uri"u8, origin.Uri);
                fields.WriteString("agent_id"u8, origin.AgentId);
                fields.WriteString("at"u8, origin.At);
                fields.WriteEndObject();
            }

            fields.WriteEndArray();
        }
    }

    private static IReadOnlyList<ExtensionOrigin> ReadOrigins(JsonElement origins) =>
    [
        .. origins.EnumerateArray().Select(origin => new ExtensionOrigin(
            origin.GetProperty("uri"u8).GetString()!,
            origin.GetProperty("agent_id"u8).GetString()!,
            origin.GetProperty("at"u8).GetDateTimeOffset())),
    ];
}
