using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Trust.Audit;

/// <summary>Where a trail has come to.</summary>
/// <param name="At">When its last page was written, in UTC to the microsecond.</param>
internal sealed record AuditHead(long Sequence, string Hash, DateTimeOffset At)
{
    /// <summary>Of a tenant without entries.</summary>
    public static AuditHead None { get; } = new(0, AuditEntry.NoHash, DateTimeOffset.MinValue);
}

/// <summary>Entries that were written together.</summary>
/// <param name="Entries">At least one.</param>
/// <param name="Batches">The batches that they came in.</param>
internal sealed record StoredAuditPage(IReadOnlyList<AuditEntry> Entries, IReadOnlyList<string> Batches)
{
    public AuditHead Head => new(Entries[^1].Sequence, Entries[^1].Hash, Entries[^1].Time);
}

/// <summary>
/// Pages of audit trails, written once. The document is the array of the entries without what follows from the page: the fields are <c>written_at</c>,
/// which is the time of them all, <c>first</c>, the sequence of the first, <c>previous</c>, the hash before it, and <c>batches</c>; <c>last</c> and
/// <c>hash</c>, of the last, are there so that the trail goes on after a page whose document is damaged. The key's id is the sequence of the first, so
/// two writers that follow the same entry write the same record, which only one of them can.
/// </summary>
internal static class AuditKind
{
    private const string Main = "main";

    public static RecordColumn WrittenAt { get; } = RecordColumn.Time("written_at", required: true);

    /// <summary>The same of all: with it, a tenant's pages have an index in the order of their times.</summary>
    public static RecordColumn Trail { get; } = RecordColumn.Text("trail", required: true);

    public static RecordKind Kind { get; } = new()
    {
        Number = 18,
        Name = "audit",
        Table = "audit_pages",
        Columns = [Trail, WrittenAt],
        Orders = [new RecordOrder(WrittenAt)],
        Groups = [Trail],
        IsBulk = true,
    };

    /// <summary>A tenant's pages, newest first.</summary>
    public static RecordQuery PagesOf(string tenant) => new(Kind, tenant) { Where = [Trail.Is(Main)] };

    public static RecordKey KeyOf(string tenant, long first) => new(tenant, first.ToString("D19", CultureInfo.InvariantCulture));

    public static RecordBody Write(StoredAuditPage page)
    {
        var output = new ArrayBufferWriter<byte>(page.Entries.Count * 256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            foreach (var entry in page.Entries)
            {
                WriteEntry(json, entry);
            }

            json.WriteEndArray();
        }

        return new RecordBody(RawJson.FromValid(output.WrittenSpan), FieldsWriter.Write(page, static (json, page) =>
        {
            var first = page.Entries[0];
            json.WriteString("trail"u8, Main);
            json.WriteString("written_at"u8, first.Time);
            json.WriteNumber("first"u8, first.Sequence);
            json.WriteString("previous"u8, first.Previous);
            json.WriteNumber("last"u8, page.Head.Sequence);
            json.WriteString("hash"u8, page.Head.Hash);
            json.WriteGiven("batches", page.Batches);
        }));
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static StoredAuditPage Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var beside = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(beside.RootElement, "fields");
        var time = fields.Time("written_at");
        var sequence = fields.Number("first");
        var previous = fields.Text("previous");
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var entries = new List<AuditEntry>();
        foreach (var item in document.RootElement.EnumerateArray())
        {
            var entry = ReadEntry(new StoredObject(item, "entry"), stored.Key.Tenant, sequence++, time, previous);
            previous = entry.Hash;
            entries.Add(entry);
        }

        return entries.Count > 0
            ? new StoredAuditPage(entries, fields.Array("batches", batch => batch.GetString() ?? ""))
            : throw new JsonException("it has no entries");
    });

    /// <summary>The end of a page, also of one whose document cannot be read.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static AuditHead ReadHead(StoredRecord stored)
    {
        var head = Beside(stored, static fields => fields.Has("last")
            ? new AuditHead(fields.Number("last"), fields.Text("hash"), fields.Time("written_at"))
            : null);
        return head ?? Read(stored).Head;
    }

    /// <summary>The batches that a page has; none where that cannot be read.</summary>
    public static IReadOnlyList<string> ReadBatches(StoredRecord stored) =>
        Beside(stored, static fields => fields.Array("batches", batch => batch.GetString() ?? "")) ?? [];

    /// <summary>What the fields say; null where they cannot be read.</summary>
    private static T? Beside<T>(StoredRecord stored, Func<StoredObject, T?> read)
        where T : class
    {
        try
        {
            using var beside = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
            return read(new StoredObject(beside.RootElement, "fields"));
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void WriteEntry(Utf8JsonWriter json, AuditEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("subject"u8, entry.Subject);
        json.WriteString("action"u8, entry.Action);
        json.WriteString("outcome"u8, entry.Outcome);
        json.WriteGiven("object", entry.Object);
        json.WriteGiven("credential", entry.Credential);
        json.WriteGiven("address", entry.Address);
        json.WriteGiven("trace", entry.Trace);
        if (entry.Late)
        {
            json.WriteBoolean("late"u8, true);
        }

        if (entry.Skipped > 0)
        {
            json.WriteNumber("skipped"u8, entry.Skipped);
        }

        json.WriteString("hash"u8, entry.Hash);
        json.WriteEndObject();
    }

    private static AuditEntry ReadEntry(StoredObject json, string tenant, long sequence, DateTimeOffset time, string previous) => new()
    {
        Tenant = tenant,
        Sequence = sequence,
        Time = time,
        Subject = json.Text("subject"),
        Action = json.Text("action"),
        Outcome = json.Text("outcome"),
        Object = json.TextOrNull("object"),
        Credential = json.TextOrNull("credential"),
        Address = json.TextOrNull("address"),
        Trace = json.TextOrNull("trace"),
        Late = json.Has("late") && json.Flag("late"),
        Skipped = json.NumberOrNull("skipped") ?? 0,
        Previous = previous,
        Hash = json.Text("hash"),
    };
}
