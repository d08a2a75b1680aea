using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>The first line of an export.</summary>
/// <param name="Revision">The revision at which the agents are told; 0 without agents.</param>
internal sealed record ExportHeader(long Revision, IReadOnlyList<TransferKind> Kinds, string? Tenant, DateTimeOffset? Since, string? After)
{
    /// <summary>The newest version of the format that this version reads, and the one that it writes.</summary>
    public const int Version = 1;

    private const string Format = "orleans-registry-export";

    public bool HasAgents => Kinds.Contains(TransferKind.Agents);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("format"u8, Format);
        json.WriteNumber("version"u8, Version);
        json.WriteString("registry"u8, Registry);
        json.WriteNumber("revision"u8, Revision);
        json.WriteStartArray("kinds"u8);
        foreach (var kind in Kinds)
        {
            json.WriteStringValue(kind.Plural);
        }

        json.WriteEndArray();
        json.WriteGiven("tenant", Tenant);
        json.WriteGiven("since", Since?.ToString("O", CultureInfo.InvariantCulture));
        json.WriteGiven("after", After);
        json.WriteEndObject();
    }

    /// <summary>Null where the line is not the first of an export.</summary>
    /// <exception cref="RegistryException">It is of a newer version, or damaged.</exception>
    public static ExportHeader? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("format"u8, out var format)
                || format.ValueKind != JsonValueKind.String
                || format.GetString() != Format)
            {
                return null;
            }

            var header = new StoredObject(document.RootElement, "the first line");
            var version = header.Number("version");
            if (version != Version)
            {
                throw new RegistryException(
                    RegistryError.Invalid,
                    $"Line 1: the export is of version {version} of the format, and this registry reads version {Version}: import it with the version of "
                        + $"the registry that wrote it ({header.TextOrNull("registry") ?? "unknown"}), or a newer one.");
            }

            return new ExportHeader(
                header.Number("revision"),
                TransferKind.Of(header.Array("kinds", kind => kind.GetString() ?? "")),
                header.TextOrNull("tenant"),
                header.TimeOrNull("since"),
                header.TextOrNull("after"));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Registry { get; } =
        typeof(ExportHeader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}

/// <summary>The last line of an export: how much came before it, and the SHA-256 of that.</summary>
internal sealed record ExportTrailer(IReadOnlyDictionary<string, long> Counts, string Sha256)
{
    /// <summary>How the line begins; no other does.</summary>
    public static ReadOnlySpan<byte> Start => "{\"end\":"u8;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("end"u8);
        json.WriteStartObject("counts"u8);
        foreach (var (kind, count) in Counts)
        {
            json.WriteNumber(kind, count);
        }

        json.WriteEndObject();
        json.WriteString("sha256"u8, Sha256);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not such a line.</exception>
    public static ExportTrailer Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
        var end = new StoredObject(document.RootElement, "the last line").ObjectOrNull("end") ?? throw new JsonException("'end' is missing");
        var sha256 = end.Text("sha256");
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.GetProperty("end"u8).GetProperty("counts"u8).EnumerateObject())
        {
            counts[member.Name] = member.Value.GetInt64();
        }

        return new ExportTrailer(counts, sha256);
    }
}
