using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Artifacts, whole or in chunks.</summary>
public sealed partial class WorkerContext
{
    /// <summary>How much of a stream goes into one chunk, in bytes: whole groups of base64.</summary>
    private const int ChunkBytes = 192 * 1024;

    /// <summary>Adds an artifact with one text part, or a chunk of it.</summary>
    /// <param name="artifactId">Unique in the task.</param>
    /// <param name="append">True: the text goes to the end of the artifact with that id; false: it takes the artifact's place.</param>
    /// <param name="last">True: nothing more comes to this artifact.</param>
    /// <param name="name">For people; null for none.</param>
    /// <exception cref="InvalidOperationException">The turn is over.</exception>
    public Task AddArtifactAsync(string artifactId, string text, bool append = false, bool last = true, string? name = null) =>
        AddArtifactAsync(new ArtifactUpdate(Artifact(artifactId, name, json => json.WriteString("text"u8, text)), append, last));

    /// <summary>Adds an artifact of what a stream has, in chunks of 192 KiB: as text where <paramref name="mediaType"/> is text, else as bytes.</summary>
    /// <param name="mediaType">Such as <c>text/csv</c> (in UTF-8) or <c>application/pdf</c>.</param>
    /// <param name="filename">Null for none.</param>
    /// <inheritdoc cref="AddArtifactAsync(string, string, bool, bool, string?)"/>
    public async Task AddArtifactAsync(
        string artifactId, Stream content, string mediaType, bool append = false, bool last = true, string? name = null, string? filename = null)
    {
        var decoder = IsText(mediaType) ? Encoding.UTF8.GetDecoder() : null;
        var block = new byte[ChunkBytes];
        var next = new byte[ChunkBytes];
        var length = await ReadAsync(content, block);
        var isFirst = true;
        do
        {
            // Only what follows tells whether a chunk is the last.
            var following = length < ChunkBytes ? 0 : await ReadAsync(content, next);
            var bytes = block.AsMemory(0, length);
            var isLast = following == 0;
            await AddArtifactAsync(new ArtifactUpdate(
                Artifact(artifactId, name, json => WriteContent(json, bytes, decoder, isLast, mediaType, filename)),
                append || !isFirst,
                last && isLast));
            isFirst = false;
            var full = block;
            block = next;
            next = full;
            length = following;
        }
        while (length > 0);
    }

    /// <summary>Adds an artifact, or a chunk of one, with parts of any kind.</summary>
    /// <exception cref="InvalidOperationException">The turn is over.</exception>
    public Task AddArtifactAsync(ArtifactUpdate artifact) => UpdateAsync(new TaskUpdate { Artifacts = [artifact] });

    private static bool IsText(string mediaType) =>
        mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || mediaType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    private static ReadOnlyMemory<byte> Artifact(string artifactId, string? name, Action<Utf8JsonWriter> part) => TaskRequests.Object(json =>
    {
        json.WriteString("artifactId"u8, artifactId);
        json.WriteGiven("name", name);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        part(json);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static void WriteContent(
        Utf8JsonWriter json, ReadOnlyMemory<byte> bytes, Decoder? decoder, bool isLast, string mediaType, string? filename)
    {
        if (decoder is not null)
        {
            // A character may be cut by the end of a block; the decoder keeps its first bytes.
            var characters = new char[decoder.GetCharCount(bytes.Span, isLast)];
            decoder.GetChars(bytes.Span, characters, isLast);
            json.WriteString("text"u8, characters);
        }
        else if (bytes.IsEmpty)
        {
            json.WriteString("text"u8, ""u8);
        }
        else
        {
            json.WriteBase64String("raw"u8, bytes.Span);
        }

        json.WriteString("mediaType"u8, mediaType);
        json.WriteGiven("filename", filename);
    }

    private async Task<int> ReadAsync(Stream content, byte[] block) =>
        await content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, CancellationToken);
}
