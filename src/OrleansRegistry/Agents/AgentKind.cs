using System.Text.Json;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents;

/// <summary>
/// Agents as stores hold them: the card is the document; the fields are <c>enabled</c>, <c>created_at</c>,
/// <c>updated_at</c>, <c>owner</c> and, where there are any, <c>workers</c>, <c>delivery</c>, <c>credentials</c>, <c>extension_origins</c>,
/// <c>source</c> (<see cref="AgentSourceJson"/>), <c>lifecycle</c> and <c>deprecation</c> (<see cref="LifeCycleJson"/>), <c>card</c>, <c>replaced</c>,
/// <c>labels</c> and <c>compatibility</c> (<see cref="CardStamps"/>), <c>lease</c> (<see cref="LeaseJson"/>), <c>vectors</c>
/// (<see cref="VectorStamps"/>), <c>instances</c> (<see cref="InstanceJson"/>), <c>probe</c> (<see cref="ProbeJson"/>), <c>signature</c>
/// (<see cref="SignatureJson"/>), <c>visibility</c>, <c>visible_to</c> and <c>messages_from</c> (<see cref="SharingJson"/>), and <c>requests</c>
/// (<see cref="RequestMarksJson"/>).
/// They have no columns: every node's directory indexes them in memory.
/// </summary>
internal static class AgentKind
{
    public static RecordKind Kind { get; } = new()
    {
        Number = 1,
        Name = "agent",
        Table = "agents",
        HasFeed = true,
        Projection = new RecordProjection(
            "agent_cards",
            "card",
            [
                new("name", ProjectedType.Text),
                new("enabled", ProjectedType.Flag),
                new("created_at", ProjectedType.Time),
                new("updated_at", ProjectedType.Time),
                new("tags", ProjectedType.Texts),
                new("skills", ProjectedType.Texts),
            ],
            Project),
    };

    public static RecordBody Write(AgentRecord agent) => new(agent.Card, FieldsWriter.Write(agent, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AgentRecord Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var card = JsonDocument.Parse(stored.Body.Document.Utf8);
        return ReadFields(stored) with { Reach = CardInterfaces.ReachOf(card.RootElement) };
    });

    /// <summary>
    /// As <see cref="Read"/>, for callers that read the card themselves: whether it is JSON is not checked, and its reach not known.
    /// </summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AgentRecord ReadBesideCard(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored => ReadFields(stored));

    /// <summary>As <see cref="ReadBesideCard"/>, without the cards that it had before: not to be written again.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AgentRecord ReadForDirectory(StoredRecord stored) =>
        StoredRecords.Read(Kind, stored, static stored => ReadFields(stored, withReplaced: false));

    private static AgentRecord ReadFields(StoredRecord stored, bool withReplaced = true)
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
            Delivery = ReadDelivery(fields),
            Credentials = fields.ObjectOrNull("credentials") is { } credentials ? ReadCredentials(credentials) : null,
            Source = fields.ObjectOrNull("source") is { } source ? AgentSourceJson.Read(source) : null,
            Stamp = fields.ObjectOrNull("card") is { } stamp ? CardStamps.Read(stamp) : null,
            Labels = fields.Array("labels", CardStamps.ReadLabel),
            Compatibility = CardStamps.ReadCompatibility(fields),
            LifeCycle = LifeCycleJson.Read(fields),
            Deprecation = LifeCycleJson.ReadDeprecation(fields),
            Lease = fields.ObjectOrNull("lease") is { } lease ? LeaseJson.Read(lease) : null,
            VectorStamp = fields.ObjectOrNull("vectors") is { } vectors ? VectorStamps.Read(vectors) : null,
            Instances = InstanceJson.Read(fields),
            Replaced = withReplaced || !fields.Has("replaced") ? ReplacedCards.Read(fields) : [],
            Probe = fields.ObjectOrNull("probe") is { } probe ? ProbeJson.Read(probe) : null,
            Signature = fields.ObjectOrNull("signature") is { } signature ? SignatureJson.Read(signature) : null,
            Sharing = SharingJson.Read(fields),
            Requests = RequestMarksJson.Read(fields) ?? [],
            Unknown = fields.Unknown(),
        };
    }

    private static void WriteFields(Utf8JsonWriter fields, AgentRecord agent)
    {
        fields.WriteBoolean("enabled"u8, agent.Enabled);
        fields.WriteString("created_at"u8, agent.CreatedAt);
        fields.WriteString("updated_at"u8, agent.UpdatedAt);
        fields.WriteGiven("owner", agent.Owner);

        if (agent.Workers.Count > 0)
        {
            fields.WriteGiven("workers", agent.Workers);
        }

        if (agent.Delivery is { } delivery)
        {
            fields.WriteString("delivery"u8, delivery.ToName());
        }

        if (agent.Credentials is { } credentials)
        {
            WriteCredentials(fields, credentials);
        }

        if (agent.Source is { } source)
        {
            AgentSourceJson.Write(fields, source);
        }

        LifeCycleJson.Write(fields, agent);
        CardStamps.Write(fields, agent);
        if (agent.Lease is { } lease)
        {
            LeaseJson.Write(fields, lease);
        }

        VectorStamps.Write(fields, agent.VectorStamp);
        InstanceJson.Write(fields, agent.Instances);
        if (agent.Probe is { } probe)
        {
            ProbeJson.Write(fields, probe);
        }

        SignatureJson.Write(fields, agent.Signature);
        SharingJson.Write(fields, agent.Sharing);
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

    private static AgentDelivery? ReadDelivery(StoredObject fields) => fields.TextOrNull("delivery") is not { } name
        ? null
        : AgentDeliveries.TryParse(name) ?? throw new JsonException($"'delivery' is not {AgentDeliveries.AllNames}");

    internal static AgentCredentials ReadCredentials(StoredObject credentials) => new(
        credentials.Array("headers", static json => new StoredObject(json, "headers"))
            .ToDictionary(header => header.Text("name"), header => header.Text("value"), StringComparer.OrdinalIgnoreCase))
    {
        Origins = credentials.Array("origins", origin => origin.GetString() ?? throw new JsonException("an origin is null")),
    };

    internal static void WriteCredentials(Utf8JsonWriter fields, AgentCredentials credentials)
    {
        fields.WriteStartObject("credentials"u8);
        fields.WriteStartArray("headers"u8);
        foreach (var (name, value) in credentials.Headers)
        {
            fields.WriteStartObject();
            fields.WriteString("name"u8, name);
            fields.WriteString("value"u8, value);
            fields.WriteEndObject();
        }

        fields.WriteEndArray();
        fields.WriteGiven("origins", credentials.Origins);
        fields.WriteEndObject();
    }

    private static ExtensionOrigin ReadOrigin(JsonElement json)
    {
        var origin = new StoredObject(json, "extension_origins");
        return new ExtensionOrigin(origin.Text("uri"), origin.Text("agent_id"), origin.Time("at")) { Unknown = origin.Unknown() };
    }

    /// <summary>What <c>agent_cards</c> holds; null where the document is not a card.</summary>
    private static object?[]? Project(RecordBody body)
    {
        try
        {
            if (body.Document.IsEmpty)
            {
                return null;
            }

            var card = AgentCard.Read(body.Document);
            using var fields = body.Fields.IsEmpty ? null : JsonDocument.Parse(body.Fields.Utf8);
            return
            [
                card.Name,
                Find("enabled")?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null },
                Time("created_at"),
                Time("updated_at"),
                card.Tags,
                card.Skills.SelectMany(skill => (string?[])[skill.Id, skill.Name]).OfType<string>().Distinct(StringComparer.Ordinal).ToArray(),
            ];

            JsonElement? Find(string name) =>
                fields is not null && fields.RootElement.ValueKind == JsonValueKind.Object && fields.RootElement.TryGetProperty(name, out var value)
                ? value
                : null;

            object? Time(string name) =>
                Find(name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var time) ? time : null;
        }
        catch (Exception unusable) when (unusable is JsonException or RegistryException or InvalidOperationException)
        {
            return null;
        }
    }
}
