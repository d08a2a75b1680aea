using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Model;

/// <summary>
/// Artifacts as they are kept: what was sent, in order, each as <c>{"artifact":…}</c> with <c>"append":true</c> and <c>"lastChunk":true</c> where they
/// were said. A reader folds them into whole artifacts.
/// </summary>
public static class ArtifactLog
{
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
        var id = artifact.TryGetProperty("artifactId"u8, out var camel) && camel.ValueKind == JsonValueKind.String ? camel : artifact.GetProperty("artifact_id"u8);
        return (id.GetString()!, root.TryGetProperty("append"u8, out var append) && append.GetBoolean());
    }

    /// <summary>One artifact of its entries, oldest first, of which none was replaced.</summary>
    public static RawJson Whole(IReadOnlyList<RawJson> entries) => Join([.. entries.Select(entry => FromEntry(entry).Json)]);

    /// <summary>
    /// The whole artifacts, in the order in which each first came. A chunk adds its parts to those of its artifact; anything else takes the place of
    /// what had its id.
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

    /// <summary>The first chunk with the parts of all.</summary>
    private static RawJson Join(List<RawJson> chunks)
    {
        if (chunks.Count == 1)
        {
            return chunks[0];
        }

        var parts = new ArrayBufferWriter<byte>();
        parts.Write("["u8);
        foreach (var chunk in chunks)
        {
            using var document = JsonDocument.Parse(chunk.Utf8);
            foreach (var part in document.RootElement.GetProperty("parts"u8).EnumerateArray())
            {
                parts.Write(parts.WrittenCount > 1 ? ","u8 : default);
                parts.Write(JsonMarshal.GetRawUtf8Value(part));
            }
        }

        parts.Write("]"u8);
        using var first = JsonDocument.Parse(chunks[0].Utf8);
        var output = new ArrayBufferWriter<byte>(parts.WrittenCount + chunks[0].Length);
        output.Write("{"u8);
        foreach (var member in first.RootElement.EnumerateObject())
        {
            JsonObjects.Write(output, member, member.NameEquals("parts"u8) ? parts.WrittenSpan : JsonMarshal.GetRawUtf8Value(member.Value));
        }

        output.Write("}"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }
}
