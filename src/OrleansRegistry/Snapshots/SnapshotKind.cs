using System.Text.Json;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// The index of snapshots: the document is the metadata as the file has it, and the fields tell where the file is. The key's id is made of owner,
/// agent, session and index (<see cref="SlotOf"/>), so no two snapshots share them.
/// </summary>
internal static class SnapshotKind
{
    /// <summary>The name of the state, for the store's codecs.</summary>
    public const string StateName = "snapshot";

    public static RecordColumn Owner { get; } = RecordColumn.Text("owner", required: true);

    public static RecordColumn AgentId { get; } = RecordColumn.Text("agent_id", required: true);

    public static RecordColumn SessionId { get; } = RecordColumn.Text("session_id", required: true);

    /// <summary>Agent and session in one, see <see cref="SeriesOf"/>.</summary>
    public static RecordColumn Series { get; } = RecordColumn.Text("series", required: true);

    public static RecordColumn SnapshotId { get; } = RecordColumn.Text("snapshot_id", required: true);

    /// <summary>The end of the name of the file.</summary>
    public static RecordColumn ObjectId { get; } = RecordColumn.Text("object_id", required: true);

    public static RecordColumn Index { get; } = RecordColumn.Number("snapshot_index", required: true);

    public static RecordColumn TakenAt { get; } = RecordColumn.Time("taken_at", required: true);

    public static RecordKind Kind { get; } = new()
    {
        Number = 6,
        Name = "snapshot",
        Table = "snapshot_records",
        Columns = [Owner, AgentId, SessionId, Series, SnapshotId, ObjectId, Index, TakenAt],
        Orders = [new RecordOrder(TakenAt)],
        Groups = [ObjectId, SnapshotId, Series, AgentId, Owner],
    };

    public static RecordKey KeyOf(string tenant, string owner, string agentId, string sessionId, long index) =>
        new(tenant, SlotOf(owner, agentId, sessionId, index));

    /// <summary>One for each agent and session of a tenant.</summary>
    public static string SeriesOf(string agentId, string sessionId) => DerivedId.For("snapshots", agentId, sessionId);

    public static RecordBody Write(SnapshotEntry entry) => new(entry.Metadata, FieldsWriter.Write(entry, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static SnapshotEntry Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        var metadata = SnapshotMetadata.Read(stored.Body.Document.Utf8);
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        foreach (var known in (string[])["agent_id", "session_id", "series", "snapshot_id", "snapshot_index"])
        {
            _ = fields.Has(known);
        }

        return new SnapshotEntry
        {
            Snapshot = RecordOf(
                stored.Key.Tenant, fields.Text("owner"), metadata, fields.Time("taken_at"), fields.Time("saved_at"), fields.Number("file_bytes")),
            Metadata = stored.Body.Document,
            ObjectName = fields.Text("object"),
            ObjectId = fields.Text("object_id"),
            FileHash = fields.Text("file_hash"),
            StateBytes = fields.Number("state_bytes"),
            StateHash = fields.TextOrNull("state_hash") ?? metadata.ContentHash,
            Version = stored.Version,
            Unknown = new UnknownMembers(default, fields.Unknown()),
        };
    });

    public static SnapshotRecord RecordOf(
        string tenant, string owner, SnapshotMetadata metadata, DateTimeOffset takenAt, DateTimeOffset savedAt, long fileBytes) => new()
        {
            Tenant = tenant,
            Owner = owner,
            Id = metadata.SnapshotId,
            AgentId = metadata.AgentId,
            SessionId = metadata.SessionId,
            Index = metadata.Index,
            Timestamp = takenAt,
            SavedAt = savedAt,
            ContentHash = metadata.ContentHash,
            FormatVersion = metadata.FormatVersion,
            Description = metadata.Description,
            UncompressedSize = metadata.UncompressedSize,
            CompressedSize = fileBytes,
        };

    private static string SlotOf(string owner, string agentId, string sessionId, long index) =>
        DerivedId.For("snapshot", owner, agentId, sessionId, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static void WriteFields(Utf8JsonWriter fields, SnapshotEntry entry)
    {
        var snapshot = entry.Snapshot;
        fields.WriteString("owner"u8, snapshot.Owner);
        fields.WriteString("agent_id"u8, snapshot.AgentId);
        fields.WriteString("session_id"u8, snapshot.SessionId);
        fields.WriteString("series"u8, SeriesOf(snapshot.AgentId, snapshot.SessionId));
        fields.WriteString("snapshot_id"u8, snapshot.Id);
        fields.WriteNumber("snapshot_index"u8, snapshot.Index);
        fields.WriteString("taken_at"u8, snapshot.Timestamp);
        fields.WriteString("saved_at"u8, snapshot.SavedAt);
        fields.WriteString("object_id"u8, entry.ObjectId);
        fields.WriteString("object"u8, entry.ObjectName);
        fields.WriteNumber("file_bytes"u8, snapshot.CompressedSize);
        fields.WriteString("file_hash"u8, entry.FileHash);
        fields.WriteNumber("state_bytes"u8, entry.StateBytes);
        if (entry.StateHash != snapshot.ContentHash)
        {
            fields.WriteString("state_hash"u8, entry.StateHash);
        }

        StoredObject.WriteUnknown(fields, entry.Unknown.Fields);
    }
}
