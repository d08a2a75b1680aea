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

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AgentRecord Read(StoredRecord stored) => StoredRecords.Read(RecordKind.Agent, stored, static stored =>
    {
        using var card = JsonDocument.Parse(stored.Body.Document.Utf8);
        return ReadFields(stored);
    });

    /// <summary>As <see cref="Read"/>, for those who read the card themselves: that it is JSON is not checked.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AgentRecord ReadBesideCard(StoredRecord stored) => StoredRecords.Read(RecordKind.Agent, stored, ReadFields);

    private static AgentRecord ReadFields(StoredRecord stored)
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8);
        var fields = new StoredObject(document.RootElement, "fields");
        return new AgentRecord
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            Card = stored.Body.Document,
            Revision = stored.Version,
            Enabled = fields.Flag("enabled"),
            CreatedAt = fields.Time("created_at"),
            UpdatedAt = fields.Time("updated_at"),
            ExtensionOrigins = fields.Array("extension_origins", ReadOrigin),
            Owner = fields.TextOrNull("owner"),
            Workers = fields.Array("workers", worker => worker.GetString() ?? throw new JsonException("a worker is null")),
            Requests = RequestMarksJson.Read(fields) ?? [],
            Unknown = fields.Unknown(),
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
                StoredObject.WriteUnknown(fields, origin.Unknown);
                fields.WriteEndObject();
            }

            fields.WriteEndArray();
        }

        StoredObject.WriteUnknown(fields, agent.Unknown);
    }

    private static ExtensionOrigin ReadOrigin(JsonElement json)
    {
        var origin = new StoredObject(json, "extension_origins");
        return new ExtensionOrigin(origin.Text("uri"), origin.Text("agent_id"), origin.Time("at")) { Unknown = origin.Unknown() };
    }
}
