using System.Reflection;
using System.Text.Json;

namespace OrleansRegistry.Backups;

/// <summary>What is told of a backup beside its parts. It is written last: without it there is no backup.</summary>
/// <param name="Schema">Of a copy of a database: its newest migration; else 0.</param>
/// <param name="Sha256">Of an export: the SHA-256 of its lines before the last; else null.</param>
internal sealed record BackupManifest(BackupRecord Backup, int Schema, string? Sha256)
{
    public const string FileName = "manifest.json";

    /// <summary>The newest version of the format that this version reads, and the one that it writes.</summary>
    private const int Version = 1;

    private const string Format = "orleans-registry-backup";
    private const string SqliteForm = "sqlite";
    private const string ExportForm = "export";

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>The version of this registry.</summary>
    public static string RegistryVersion { get; } =
        typeof(BackupManifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            json.WriteStartObject();
            json.WriteString("format"u8, Format);
            json.WriteNumber("version"u8, Version);
            json.WriteString("name"u8, Backup.Name);
            json.WriteString("begun_at"u8, Backup.BegunAt);
            json.WriteString("completed_at"u8, Backup.CompletedAt);
            json.WriteString("registry"u8, Backup.RegistryVersion);
            json.WriteString("form"u8, Backup.Form == BackupForm.Sqlite ? SqliteForm : ExportForm);
            json.WriteString("store"u8, Backup.Store);
            json.WriteNumber("schema"u8, Schema);
            json.WriteNumber("revision"u8, Backup.Revision);
            json.WriteStartObject("counts"u8);
            foreach (var (kind, count) in Backup.Counts)
            {
                json.WriteNumber(kind, count);
            }

            json.WriteEndObject();
            json.WriteNumber("unreadable"u8, Backup.Unreadable);
            json.WriteGiven("sha256", Sha256);
            json.WriteStartArray("parts"u8);
            foreach (var part in Backup.Parts)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, part.Name);
                json.WriteNumber("size"u8, part.Size);
                json.WriteString("sha256"u8, part.Sha256);
                json.WriteNumber("unpacked_size"u8, part.UnpackedSize);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Reads the manifest of a backup; one of a newer version is told as such, with nothing else.</summary>
    /// <exception cref="InvalidDataException">It is damaged: what is wrong with it.</exception>
    public static BackupManifest Read(string name, DateTimeOffset begunAt, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            var json = new StoredObject(document.RootElement, FileName);
            if (json.Text("format") != Format)
            {
                throw new JsonException("it is the manifest of something else");
            }

            var version = json.Number("version");
            if (version > Version)
            {
                return new BackupManifest(
                    new BackupRecord(name, begunAt)
                    {
                        RegistryVersion = json.TextOrNull("registry") ?? "",
                        IsNewer = true,
                        Fault = $"version {json.TextOrNull("registry") ?? "?"} of the registry made it, in version {version} of the format; this one "
                            + $"reads version {Version}",
                    },
                    0,
                    null);
            }

            return Read(name, begunAt, json, document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException(fault.Message, fault);
        }
    }

    private static BackupManifest Read(string name, DateTimeOffset begunAt, StoredObject json, JsonElement root)
    {
        if (json.Text("name") != name || json.Time("begun_at").ToUnixTimeSeconds() != begunAt.ToUnixTimeSeconds())
        {
            throw new JsonException("it is of another backup");
        }

        BackupPart[] parts = json.Array("parts", ReadPart);
        var counts = root.GetProperty("counts"u8).EnumerateObject()
            .ToDictionary(count => count.Name, count => count.Value.GetInt64(), StringComparer.Ordinal);
        var schema = checked((int)json.Number("schema"));
        var form = json.Text("form") switch
        {
            SqliteForm => BackupForm.Sqlite,
            ExportForm => BackupForm.Export,
            var other => throw new JsonException($"it has an unknown form, '{other}'"),
        };
        if (parts.Length == 0 || parts.DistinctBy(part => part.Name).Count() < parts.Length)
        {
            throw new JsonException("its parts are none, or two have one name");
        }

        var isNewer = form == BackupForm.Sqlite && schema > Storage.Sqlite.SqliteCopy.NewestSchema;
        var backup = new BackupRecord(name, json.Time("begun_at"))
        {
            CompletedAt = json.Time("completed_at"),
            Form = form,
            Store = json.Text("store"),
            RegistryVersion = json.Text("registry"),
            Revision = json.Number("revision"),
            Counts = counts,
            Unreadable = json.NumberOrNull("unreadable") ?? 0,
            Parts = parts,
            Size = parts.Sum(part => part.Size),
            UnpackedSize = parts.Sum(part => part.UnpackedSize),
            IsNewer = isNewer,
            Fault = isNewer
                ? $"version {json.Text("registry")} of the registry made it, with migration {schema} of the database, which this one does not know"
                : null,
        };
        return new BackupManifest(backup, schema, json.TextOrNull("sha256"));
    }

    private static BackupPart ReadPart(JsonElement element)
    {
        var json = new StoredObject(element, "a part");
        var part = new BackupPart(json.Text("name"), json.Number("size"), json.Text("sha256"), json.Number("unpacked_size"));
        var isValid = part is { Size: > 0, UnpackedSize: >= 0 and <= BackupParts.MaxUnpacked, Sha256.Length: 64 }
            && part.Name.Length <= 64 && part.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && part.Name[0] != '.';
        return isValid ? part : throw new JsonException("a part of it has a name or size that none can have");
    }
}
