using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Snapshots;

/// <summary>The metadata in a snapshot's file, member by member as Persist writes them.</summary>
internal sealed record SnapshotMetadata
{
    /// <summary>The newest format that is read.</summary>
    public const int NewestFormat = 1;

    /// <summary>The most bytes of metadata in a file.</summary>
    public const int MaxBytes = 64 * 1024;

    public required string AgentId { get; init; }

    public required string SessionId { get; init; }

    public required long Index { get; init; }

    /// <summary>RFC 3339, as in the file.</summary>
    public required string Timestamp { get; init; }

    public required string ContentHash { get; init; }

    public int FormatVersion { get; init; } = NewestFormat;

    public required string SnapshotId { get; init; }

    public string? Description { get; init; }

    public required long UncompressedSize { get; init; }

    /// <summary>The time to the millisecond.</summary>
    public DateTimeOffset Time => DateTimeOffset.Parse(Timestamp, CultureInfo.InvariantCulture).ToUniversalTime().ToMilliseconds();

    /// <summary>A time as the file has it, whose fraction is left out where it is nothing.</summary>
    public static string TextOf(DateTimeOffset time) => time.Millisecond == 0
        ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The JSON in the file. The size of the compressed file is not known yet when it is written, and null.</summary>
    public byte[] Write()
    {
        using var json = new MemoryStream(512);
        WriteText(json, "{\"agent_id\":"u8, AgentId);
        WriteText(json, ",\"session_id\":"u8, SessionId);
        WriteNumber(json, ",\"snapshot_index\":"u8, Index);
        WriteText(json, ",\"timestamp\":"u8, Timestamp);
        WriteText(json, ",\"content_hash\":"u8, ContentHash);
        WriteNumber(json, ",\"format_version\":"u8, FormatVersion);
        WriteText(json, ",\"snapshot_id\":"u8, SnapshotId);
        if (Description is null)
        {
            json.Write(",\"description\":null"u8);
        }
        else
        {
            WriteText(json, ",\"description\":"u8, Description);
        }

        WriteNumber(json, ",\"uncompressed_size\":"u8, UncompressedSize);
        json.Write(",\"compressed_size\":null,\"compression_algorithm\":\"gzip\"}"u8);
        return json.ToArray();
    }

    /// <summary>Reads the metadata of a file.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a member is missing or wrong, or the format is newer.</exception>
    public static SnapshotMetadata Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid("metadata", "must be an object");
        }

        // First: of a newer format nothing else is known.
        var version = Number(root, "format_version");
        if (version > NewestFormat)
        {
            throw RegistryException.Invalid(
                "metadata.format_version",
                $"is {version}, newer than this registry reads ({NewestFormat}): a newer version wrote the file (InvalidFormat)");
        }

        return new SnapshotMetadata
        {
            AgentId = Text(root, "agent_id"),
            SessionId = Text(root, "session_id"),
            Index = Number(root, "snapshot_index"),
            Timestamp = TimeText(root),
            ContentHash = Text(root, "content_hash"),
            FormatVersion = (int)version,
            SnapshotId = Text(root, "snapshot_id"),
            Description = DescriptionOf(root),
            UncompressedSize = Number(root, "uncompressed_size"),
        };
    }

    private static void WriteText(MemoryStream json, ReadOnlySpan<byte> name, string text)
    {
        json.Write(name);
        SerdeText.Write(json, text);
    }

    private static void WriteNumber(MemoryStream json, ReadOnlySpan<byte> name, long number)
    {
        json.Write(name);
        json.Write(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
    }

    private static JsonElement Member(JsonElement root, string name) => root.TryGetProperty(name, out var value)
        ? value
        : throw RegistryException.Invalid($"metadata.{name}", "is missing (MissingMetadata)");

    private static string Text(JsonElement root, string name)
    {
        var value = Member(root, name);
        if (value.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid($"metadata.{name}", $"must be a string, not {JsonInput.Describe(value)}");
        }

        return value.GetString() is { Length: > 0 } text
            ? text
            : throw RegistryException.Invalid($"metadata.{name}", "must not be empty (Validation)");
    }

    private static long Number(JsonElement root, string name)
    {
        var value = Member(root, name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw RegistryException.Invalid($"metadata.{name}", $"must be a whole number from 0 to {long.MaxValue}");
    }

    private static string TimeText(JsonElement root)
    {
        var text = Text(root, "timestamp");
        return root.GetProperty("timestamp").TryGetDateTimeOffset(out _)
            ? text
            : throw RegistryException.Invalid("metadata.timestamp", "must be a time such as 2026-01-31T12:00:00.123456789Z");
    }

    private static string? DescriptionOf(JsonElement root)
    {
        if (!root.TryGetProperty("description", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw RegistryException.Invalid("metadata.description", $"must be a string or null, not {JsonInput.Describe(value)}");
    }
}
