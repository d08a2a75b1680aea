using System.Text.Json;

namespace OrleansRegistry.Agents.Versions;

/// <summary>A card that an agent had.</summary>
/// <param name="RegisteredAt">When that agent was registered: one that was removed and registered again under its id is another.</param>
/// <param name="CardVersion">What the card says as its <c>version</c>; null where it says nothing that is of use.</param>
internal sealed record StoredVersion(
    string Tenant, string AgentId, DateTimeOffset RegisteredAt, CardStamp Stamp, string? CardVersion, RawJson Card)
{
    /// <summary>Of all cards in the record, oldest first.</summary>
    public IReadOnlyList<CardStamp> Stamps => [.. Replaced.Select(card => card.Stamp), Stamp];

    /// <summary>Those that the agent had before it, oldest first, where they are in the same record.</summary>
    public IReadOnlyList<ReplacedCard> Replaced { get; init; } = [];

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    public RawJson Unknown { get; init; }
}

/// <summary>
/// Cards that agents had: the document is the newest of the record, the fields are its <c>agent_id</c>, <c>registered_at</c>, <c>number</c>,
/// <c>written_at</c> and, where they are known, <c>written_by</c> and <c>card_version</c>, and those before it, <c>replaced</c>
/// (<see cref="ReplacedCards"/>). The key's id is made of the agent's id and the number. The card that an agent has is in its own record, as are the
/// last before it. The number 0 is that of a draft (<see cref="AgentDrafts"/>).
/// </summary>
internal static class AgentVersionKind
{
    /// <summary>The name of the state, for the store's codecs.</summary>
    public const string StateName = "agent_version";

    /// <summary>The number of a draft, which is none of the versions.</summary>
    public const long DraftNumber = 0;

    /// <summary>A longer <c>version</c> of a card is not looked for.</summary>
    private const int LongestVersion = 256;

    public static RecordColumn AgentId { get; } = RecordColumn.Text("agent_id", required: true);

    public static RecordColumn CardVersion { get; } = RecordColumn.Text("card_version");

    public static RecordColumn Number { get; } = RecordColumn.Number("number", required: true);

    public static RecordColumn RegisteredAt { get; } = RecordColumn.Time("registered_at", required: true);

    public static RecordColumn WrittenAt { get; } = RecordColumn.Time("written_at", required: true);

    public static RecordKind Kind { get; } = new()
    {
        Number = 8,
        Name = "agent_version",
        Table = "agent_versions",
        Columns = [AgentId, CardVersion, Number, RegisteredAt, WrittenAt],
        Orders = [new RecordOrder(WrittenAt)],
        Groups = [AgentId],
    };

    public static RecordKey KeyOf(string tenant, string agentId, long number) =>
        new(tenant, DerivedId.For("agent version", agentId, number.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>The card that an agent has, with those before it that are in its record.</summary>
    public static StoredVersion Of(AgentRecord agent) =>
        new(agent.Tenant, agent.Id, agent.CreatedAt, CardStamps.Of(agent), VersionOf(agent.Card), agent.Card)
        {
            Replaced = ReplacedCards.Before(agent.Replaced, agent.VersionNumber),
        };

    /// <summary>All cards of a record of versions, newest first.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static IReadOnlyList<StoredVersion> ReadAll(StoredRecord stored)
    {
        var newest = Read(stored);
        return newest.Replaced.Count == 0 ? [newest] : StoredRecords.Read(Kind, stored, _ => Spread(newest));
    }

    /// <summary>All cards of an agent's own record, newest first: that which the agent has, and the last before it.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static IReadOnlyList<StoredVersion> ReadAgent(StoredRecord stored) =>
        StoredRecords.Read(AgentKind.Kind, stored, static stored => Spread(Of(AgentKind.ReadBesideCard(stored))));

    /// <summary>What a stored card says as its version; null where that is not a text of 1 to 256 characters.</summary>
    public static string? VersionOf(RawJson card)
    {
        using var document = JsonDocument.Parse(card.Utf8, JsonInput.Stored);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("version", out var version)
            && version.ValueKind == JsonValueKind.String
            && version.GetString() is { Length: > 0 and <= LongestVersion } text
            ? text
            : null;
    }

    public static RecordBody Write(StoredVersion version) => new(version.Card, FieldsWriter.Write(version, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static StoredVersion Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        return new StoredVersion(
            stored.Key.Tenant,
            fields.Text("agent_id"),
            fields.Time("registered_at"),
            new CardStamp(fields.Number("number"), fields.Time("written_at"), fields.TextOrNull("written_by")),
            fields.TextOrNull("card_version"),
            stored.Body.Document)
        {
            Replaced = ReplacedCards.Read(fields),
            Unknown = fields.Unknown(),
        };
    });

    private static void WriteFields(Utf8JsonWriter fields, StoredVersion version)
    {
        fields.WriteString("agent_id"u8, version.AgentId);
        fields.WriteString("registered_at"u8, version.RegisteredAt);
        fields.WriteNumber("number"u8, version.Stamp.Number);
        fields.WriteString("written_at"u8, version.Stamp.At);
        fields.WriteGiven("written_by", version.Stamp.By);

        fields.WriteGiven("card_version", version.CardVersion);
        ReplacedCards.Write(fields, version.Replaced);
        StoredObject.WriteUnknown(fields, version.Unknown);
    }

    private static StoredVersion[] Spread(StoredVersion newest) =>
    [
        newest,
        .. ReplacedCards.Restore(newest.Replaced, newest.Card)
            .Select(card => newest with { Stamp = card.Stamp, Card = card.Card, CardVersion = VersionOf(card.Card), Replaced = [] }),
    ];
}
