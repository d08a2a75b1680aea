using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// Artifacts as they are kept: what was sent, in order, each as <c>{"artifact":…}</c> with <c>"append":true</c> and <c>"lastChunk":true</c> where
/// they were said. A reader folds them into whole artifacts.
/// </summary>
internal static class ArtifactLog
{
    /// <summary>The members of an artifact other than its parts, which chunks may set.</summary>
    private static readonly string[] Merged = ["name", "description", "metadata"];

    /// <summary>Checks an artifact or a chunk of one.</summary>
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static TaskArtifact Read(ArtifactUpdate update, string field, TaskRules rules)
    {
        rules.CheckSize(update.Json.Length, field);
        using var document = JsonInput.Parse(update.Json, field);
        var artifact = document.RootElement;
        if (artifact.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid(field, $"must be an object, not {JsonInput.Describe(artifact)}");
        }

        if (MessageReader.ReadId(artifact, field, "artifactId", "artifact_id") is null)
        {
            throw RegistryException.Invalid($"{field}.artifactId", "is required");
        }

        PartRules.Check(artifact, field);
        MessageReader.CheckMetadata(artifact, field);
        MessageReader.CheckStrings(artifact, field, "extensions");
        return new TaskArtifact(JsonInput.Copy(artifact), update.Append, update.LastChunk);
    }

    public static string IdOf(RawJson artifact) => MessageStamp.IdOf(artifact, "artifactId"u8, "artifact_id"u8)!;

    /// <summary>An artifact as its log keeps it.</summary>
    public static RawJson Entry(TaskArtifact artifact)
    {
        var output = new ArrayBufferWriter<byte>(artifact.Json.Length + 48);
        output.Write("{\"artifact\":"u8);
        output.Write(artifact.Json.Span);
        output.Write(artifact.Append ? ",\"append\":true"u8 : default);
        output.Write(artifact.LastChunk ? ",\"lastChunk\":true"u8 : default);
        output.Write("}"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }

    /// <summary>The id of the artifact that an entry is of.</summary>
    public static string IdOfEntry(RawJson entry) => Peek(entry).Id;

    public static TaskArtifact FromEntry(RawJson entry)
    {
        using var document = JsonDocument.Parse(entry.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return new TaskArtifact(
            JsonInput.Copy(root.GetProperty("artifact"u8)),
            root.TryGetProperty("append"u8, out var append) && append.GetBoolean(),
            root.TryGetProperty("lastChunk"u8, out var last) && last.GetBoolean());
    }

    /// <summary>Of which artifact an entry is, and whether it adds to what came before it.</summary>
    public static (string Id, bool Append) Peek(RawJson entry)
    {
        using var document = JsonDocument.Parse(entry.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        var artifact = root.GetProperty("artifact"u8);
        var id = artifact.TryGetProperty("artifactId"u8, out var camel) && camel.ValueKind == JsonValueKind.String
            ? camel
            : artifact.GetProperty("artifact_id"u8);
        return (id.GetString()!, root.TryGetProperty("append"u8, out var append) && append.GetBoolean());
    }

    /// <summary>One artifact of its entries, oldest first, of which none was replaced.</summary>
    public static RawJson Whole(IReadOnlyList<RawJson> entries) => Join([.. entries.Select(entry => FromEntry(entry).Json)]);

    /// <summary>
    /// The whole artifacts, in the order in which each first came. A chunk adds its parts to those of its artifact; anything else replaces
    /// the artifact with its id.
    /// </summary>
    public static IReadOnlyList<RawJson> Fold(IEnumerable<RawJson> entries)
    {
        var order = new List<string>();
        var chunks = new Dictionary<string, List<RawJson>>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var artifact = FromEntry(entry);
            var id = IdOf(artifact.Json);
            if (!chunks.TryGetValue(id, out var known))
            {
                order.Add(id);
                chunks[id] = [artifact.Json];
            }
            else if (artifact.Append)
            {
                known.Add(artifact.Json);
            }
            else
            {
                known.Clear();
                known.Add(artifact.Json);
            }
        }

        var whole = new RawJson[order.Count];
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] = Join(chunks[order[i]]);
        }

        return whole;
    }

    /// <summary>
    /// The first chunk with the parts of all; a later chunk's name and description take the place of what there was, its metadata is merged member by
    /// member.
    /// </summary>
    private static RawJson Join(List<RawJson> chunks)
    {
        if (chunks.Count == 1)
        {
            return chunks[0];
        }

        var parts = new ArrayBufferWriter<byte>();
        var later = new Dictionary<string, RawJson>(StringComparer.Ordinal);
        var metadata = new OrderedDictionary<string, (RawJson Name, RawJson Value)>(StringComparer.Ordinal);
        parts.Write("["u8);
        for (var i = 0; i < chunks.Count; i++)
        {
            using var document = JsonDocument.Parse(chunks[i].Utf8);
            foreach (var part in document.RootElement.GetProperty("parts"u8).EnumerateArray())
            {
                parts.Write(parts.WrittenCount > 1 ? ","u8 : default);
                parts.Write(JsonMarshal.GetRawUtf8Value(part));
            }

            AddMembers(document.RootElement, later, metadata, isFirst: i == 0);
        }

        parts.Write("]"u8);
        if (metadata.Count > 0)
        {
            later["metadata"] = Write(metadata);
        }

        using var first = JsonDocument.Parse(chunks[0].Utf8);
        var output = new ArrayBufferWriter<byte>(parts.WrittenCount + chunks[0].Length);
        output.Write("{"u8);
        foreach (var member in first.RootElement.EnumerateObject())
        {
            if (member.NameEquals("parts"u8))
            {
                JsonObjects.Write(output, member, parts.WrittenSpan);
            }
            else
            {
                JsonObjects.Write(output, member, later.Remove(member.Name, out var value) ? value.Span : JsonMarshal.GetRawUtf8Value(member.Value));
            }
        }

        foreach (var name in Merged)
        {
            if (later.TryGetValue(name, out var value))
            {
                output.Write(Encoding.UTF8.GetBytes($",\"{name}\":"));
                output.Write(value.Span);
            }
        }

        output.Write("}"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }

    /// <summary>Takes over what a chunk says of the whole artifact.</summary>
    private static void AddMembers(
        JsonElement chunk,
        Dictionary<string, RawJson> members,
        OrderedDictionary<string, (RawJson Name, RawJson Value)> metadata,
        bool isFirst)
    {
        foreach (var member in chunk.EnumerateObject())
        {
            if (member.NameEquals("metadata"u8) && member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in member.Value.EnumerateObject())
                {
                    metadata[entry.Name] = (RawJson.FromValid(JsonMarshal.GetRawUtf8PropertyName(entry)), JsonInput.Copy(entry.Value));
                }
            }
            else if (!isFirst && member.Value.ValueKind == JsonValueKind.String
                && (member.NameEquals("name"u8) || member.NameEquals("description"u8)))
            {
                members[member.Name] = JsonInput.Copy(member.Value);
            }
        }
    }

    private static RawJson Write(OrderedDictionary<string, (RawJson Name, RawJson Value)> metadata)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write("{"u8);
        foreach (var (name, value) in metadata.Values)
        {
            output.Write(output.WrittenCount > 1 ? ",\""u8 : "\""u8);
            output.Write(name.Span);
            output.Write("\":"u8);
            output.Write(value.Span);
        }

        output.Write("}"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }
}
