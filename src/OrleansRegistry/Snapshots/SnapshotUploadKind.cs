using System.Text.Json;

namespace OrleansRegistry.Snapshots;

/// <summary>A snapshot whose state comes in parts, until it is completed.</summary>
internal sealed record SnapshotUploadEntry
{
    public required string Tenant { get; init; }

    public required string Owner { get; init; }

    /// <summary>What the snapshot is to be.</summary>
    public required SnapshotSave Save { get; init; }

    public required string SnapshotId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where the object store joins the parts.</summary>
    public required string ObjectName { get; init; }

    /// <summary>The object store's id of the upload.</summary>
    public required string ObjectUpload { get; init; }

    public long Version { get; init; }

    public UnknownMembers Unknown { get; init; }
}

/// <summary>Uploads as stores hold them: all is in the fields, and the document is empty. The key's id is the snapshot's.</summary>
internal static class SnapshotUploadKind
{
    /// <summary>The name of the state, for the store's codecs.</summary>
    public const string StateName = "snapshot_upload";

    public static RecordColumn Owner { get; } = RecordColumn.Text("owner", required: true);

    public static RecordColumn StartedAt { get; } = RecordColumn.Time("started_at", required: true);

    public static RecordKind Kind { get; } = new()
    {
        Number = 7,
        Name = "snapshot_upload",
        Table = "snapshot_uploads",
        Columns = [Owner, StartedAt],
        Orders = [new RecordOrder(StartedAt)],
    };

    public static RecordBody Write(SnapshotUploadEntry upload) => new(RawJson.FromValid("{}"u8), FieldsWriter.Write(upload, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static SnapshotUploadEntry Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        return new SnapshotUploadEntry
        {
            Tenant = stored.Key.Tenant,
            SnapshotId = stored.Key.Id,
            Owner = fields.Text("owner"),
            Save = new SnapshotSave
            {
                AgentId = fields.Text("agent_id"),
                SessionId = fields.Text("session_id"),
                Index = fields.NumberOrNull("snapshot_index"),
                Description = fields.TextOrNull("description"),
                Replace = fields.Has("replace") && fields.Flag("replace"),
            },
            StartedAt = fields.Time("started_at"),
            ObjectName = fields.Text("object"),
            ObjectUpload = fields.Text("object_upload"),
            Version = stored.Version,
            Unknown = new UnknownMembers(default, fields.Unknown()),
        };
    });

    private static void WriteFields(Utf8JsonWriter fields, SnapshotUploadEntry upload)
    {
        fields.WriteString("owner"u8, upload.Owner);
        fields.WriteString("agent_id"u8, upload.Save.AgentId);
        fields.WriteString("session_id"u8, upload.Save.SessionId);
        fields.WriteGiven("snapshot_index", upload.Save.Index);

        fields.WriteGiven("description", upload.Save.Description);

        if (upload.Save.Replace)
        {
            fields.WriteBoolean("replace"u8, true);
        }

        fields.WriteString("started_at"u8, upload.StartedAt);
        fields.WriteString("object"u8, upload.ObjectName);
        fields.WriteString("object_upload"u8, upload.ObjectUpload);
        StoredObject.WriteUnknown(fields, upload.Unknown.Fields);
    }
}
