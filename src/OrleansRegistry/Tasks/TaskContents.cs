using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// The contents of a task as a 128-bit hash for each message and each part of an artifact, to compare a task that is sent with the stored one.
/// </summary>
internal sealed class TaskContents(IReadOnlyList<RawJson> messages, IReadOnlyList<RawJson> artifacts)
{
    private readonly MessageFingerprint[] messages = [.. messages.Select(MessageFingerprint.Of)];
    private readonly ArtifactFingerprint[] artifacts = [.. artifacts.Select(ArtifactFingerprint.Of)];

    /// <summary>How many messages these are, where those of <paramref name="next"/> begin with them; else null.</summary>
    public int? MessagesContinuedBy(TaskContents next) =>
        next.messages.AsSpan().StartsWith(messages) ? messages.Length : null;

    /// <summary>
    /// What is to be sent to a task with these artifacts so that it has those of <paramref name="next"/>: what is new or another, and of one that has
    /// more parts those alone. Null where nothing that can be sent does that: one is gone, or they are in another order.
    /// </summary>
    /// <param name="sent">The artifacts of <paramref name="next"/>.</param>
    public IReadOnlyList<TaskArtifact>? ArtifactsToBecome(TaskContents next, IReadOnlyList<RawJson> sent)
    {
        if (next.artifacts.Length < artifacts.Length)
        {
            return null;
        }

        var changes = new List<TaskArtifact>();
        for (var i = 0; i < next.artifacts.Length; i++)
        {
            var known = i < artifacts.Length ? artifacts[i] : null;
            var wanted = next.artifacts[i];
            if (known is not null && known.Id != wanted.Id)
            {
                return null;
            }

            if (known is null || known.Rest != wanted.Rest || !wanted.Parts.AsSpan().StartsWith(known.Parts))
            {
                changes.Add(new TaskArtifact(sent[i]));
            }
            else if (wanted.Parts.Length > known.Parts.Length)
            {
                changes.Add(new TaskArtifact(PartsOf(sent[i], known.Parts.Length), Append: true));
            }
        }

        return changes;
    }

    /// <summary>An artifact's id and its parts from a number on.</summary>
    private static RawJson PartsOf(RawJson artifact, int from)
    {
        using var document = JsonDocument.Parse(artifact.Utf8, JsonInput.Stored);
        var output = new ArrayBufferWriter<byte>(artifact.Length);
        output.Write("{\"artifactId\":"u8);
        output.Write(JsonMarshal.GetRawUtf8Value(IdOf(document.RootElement)));
        output.Write(",\"parts\":["u8);
        foreach (var (i, part) in document.RootElement.GetProperty("parts"u8).EnumerateArray().Index().Skip(from))
        {
            output.Write(i > from ? ","u8 : default);
            output.Write(JsonMarshal.GetRawUtf8Value(part));
        }

        output.Write("]}"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }

    private static JsonElement IdOf(JsonElement artifact) =>
        artifact.TryGetProperty("artifactId"u8, out var camel) && camel.ValueKind == JsonValueKind.String
        ? camel
        : artifact.GetProperty("artifact_id"u8);

    private static UInt128 Hash(RawJson json, ReadOnlySpan<string> without) => First(JsonValueHash.Of(json, without));

    private static UInt128 First(byte[] hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);

    /// <param name="Id">The one in the message; null where it names none.</param>
    private readonly record struct MessageFingerprint(string? Id, UInt128 Hash)
    {
        public static MessageFingerprint Of(RawJson message) => new(MessageStamp.IdOf(message), First(SentMessages.HashOf(message)));
    }

    /// <param name="Rest">All but the parts.</param>
    private sealed record ArtifactFingerprint(string Id, UInt128 Rest, UInt128[] Parts)
    {
        public static ArtifactFingerprint Of(RawJson artifact)
        {
            using var document = JsonDocument.Parse(artifact.Utf8, JsonInput.Stored);
            return new ArtifactFingerprint(
                IdOf(document.RootElement).GetString()!,
                Hash(artifact, ["parts"]),
                [.. document.RootElement.GetProperty("parts"u8).EnumerateArray().Select(part => Hash(JsonInput.Copy(part), []))]);
        }
    }
}
