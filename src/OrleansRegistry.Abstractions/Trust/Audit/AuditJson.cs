using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry;

/// <summary>Entries and anchors as REST and files have them: the members in the order of their names, as <see cref="AuditHash"/> hashes them.</summary>
internal static class AuditJson
{
    private static readonly string[] Common = ["hash", "sequence", "tenant", "time"];

    private static readonly string[] AnchorMembers = [.. Common, "signature"];

    private static readonly string[] EntryMembers =
        [.. Common, "action", "address", "credential", "late", "object", "outcome", "previous", "skipped", "subject", "trace"];

    public static void Write(Utf8JsonWriter json, AuditEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("action"u8, entry.Action);
        json.WriteGiven("address", entry.Address);
        json.WriteGiven("credential", entry.Credential);
        json.WriteString("hash"u8, entry.Hash);
        if (entry.Late)
        {
            json.WriteBoolean("late"u8, true);
        }

        json.WriteGiven("object", entry.Object);
        json.WriteString("outcome"u8, entry.Outcome);
        json.WriteString("previous"u8, entry.Previous);
        json.WriteNumber("sequence"u8, entry.Sequence);
        if (entry.Skipped > 0)
        {
            json.WriteNumber("skipped"u8, entry.Skipped);
        }

        json.WriteString("subject"u8, entry.Subject);
        json.WriteString("tenant"u8, entry.Tenant);
        json.WriteString("time"u8, AuditHash.TimeOf(entry.Time));
        json.WriteGiven("trace", entry.Trace);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AuditAnchor anchor)
    {
        json.WriteStartObject();
        json.WriteString("hash"u8, anchor.Hash);
        json.WriteNumber("sequence"u8, anchor.Sequence);
        json.WriteGiven("signature", anchor.Signature);
        json.WriteString("tenant"u8, anchor.Tenant);
        json.WriteString("time"u8, AuditHash.TimeOf(anchor.Time));
        json.WriteEndObject();
    }

    /// <summary>What is signed of an anchor.</summary>
    public static ReadOnlyMemory<byte> SignedBytes(AuditAnchor anchor)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, anchor with { Signature = null });
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return Jcs.Write(document.RootElement);
    }

    /// <summary>A line of an export in the place of a page that cannot be read.</summary>
    public static void WriteUnreadable(Utf8JsonWriter json, string record)
    {
        json.WriteStartObject();
        json.WriteString("unreadable"u8, record);
        json.WriteEndObject();
    }

    /// <summary>The page that <see cref="WriteUnreadable"/> named; null for a line of an entry.</summary>
    public static string? ReadUnreadable(JsonElement json) => Text(json, "unreadable");

    /// <summary>Reads an entry for whoever checks it: nothing else may be in it, as its hash would not tell.</summary>
    /// <exception cref="JsonException">It is not an entry, or something more: what is wrong.</exception>
    public static AuditEntry ReadStrict(JsonElement json)
    {
        Check(json, EntryMembers);
        var entry = Read(json);
        return json.TryGetProperty("late", out _) && !entry.Late ? throw new JsonException("late is not true")
            : json.TryGetProperty("skipped", out _) && entry.Skipped == 0 ? throw new JsonException("skipped is not a whole number from 1")
            : entry;
    }

    /// <inheritdoc cref="ReadStrict"/>
    public static AuditAnchor ReadAnchorStrict(JsonElement json)
    {
        Check(json, AnchorMembers);
        return ReadAnchor(json);
    }

    /// <exception cref="JsonException">It is not an entry: what is wrong.</exception>
    public static AuditEntry Read(JsonElement json) => new()
    {
        Tenant = Text(json, "tenant") ?? throw Missing("tenant"),
        Sequence = Number(json, "sequence") ?? throw Missing("sequence"),
        Time = Time(json),
        Subject = Text(json, "subject") ?? throw Missing("subject"),
        Action = Text(json, "action") ?? throw Missing("action"),
        Outcome = Text(json, "outcome") ?? throw Missing("outcome"),
        Object = Text(json, "object"),
        Credential = Text(json, "credential"),
        Address = Text(json, "address"),
        Trace = Text(json, "trace"),
        Late = Find(json, "late") switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => throw new JsonException("late is not true or false"),
        },
        Skipped = Number(json, "skipped") ?? 0,
        Previous = Text(json, "previous") ?? throw Missing("previous"),
        Hash = Text(json, "hash") ?? throw Missing("hash"),
    };

    /// <exception cref="JsonException">It is not an anchor: what is wrong.</exception>
    public static AuditAnchor ReadAnchor(JsonElement json) => new(
        Text(json, "tenant") ?? throw Missing("tenant"),
        Number(json, "sequence") ?? throw Missing("sequence"),
        Text(json, "hash") ?? throw Missing("hash"),
        Time(json))
    {
        Signature = Text(json, "signature"),
    };

    /// <summary>Each member is one of those known, and there once.</summary>
    private static void Check(JsonElement json, IReadOnlyList<string> known)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("it is not an object");
        }

        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new JsonException($"{LogText.Id(member.Name)} is no member of it");
            }

            if (!met.Add(member.Name))
            {
                throw new JsonException($"{member.Name} is there twice");
            }
        }
    }

    private static JsonElement? Find(JsonElement json, string name) => json.ValueKind != JsonValueKind.Object
        ? throw new JsonException("it is not an object")
        : json.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement json, string name) => Find(json, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw new JsonException($"{name} is not a string"),
    };

    private static long? Number(JsonElement json, string name) => Find(json, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) && number >= 0 => number,
        _ => throw new JsonException($"{name} is not a whole number from 0"),
    };

    private static DateTimeOffset Time(JsonElement json) => DateTimeOffset.TryParseExact(
        Text(json, "time"), AuditHash.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : throw new JsonException("time is missing, or not as 2026-01-31T12:00:00.000000Z");

    private static JsonException Missing(string name) => new($"{name} is missing");
}
