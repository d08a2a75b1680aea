using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using OrleansRegistry.Mcp.Answers;

namespace OrleansRegistry.Mcp.Tools;

/// <summary>What a tool answers: one JSON object, as structured content for programs, and the same as text for models.</summary>
internal sealed class ToolResult
{
    private static readonly JsonWriterOptions AsTyped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // A document that is shown nests less deep than this: see AnswerDocuments.
    private static readonly JsonDocumentOptions Readable = new() { MaxDepth = 64 };

    // What a caller sent may be in them.
    private const int MostMessage = 2000;
    private const int MostField = 300;

    private ToolResult(ReadOnlySpan<byte> json, bool isError)
    {
        Bytes = json.Length;
        using var document = JsonDocument.Parse(json.ToArray(), Readable);
        Protocol = new CallToolResult
        {
            Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(json) }],
            StructuredContent = document.RootElement.Clone(),
            IsError = isError ? true : null,
        };
    }

    /// <summary>As clients get it.</summary>
    public CallToolResult Protocol { get; }

    /// <summary>The length of the JSON.</summary>
    public int Bytes { get; }

    /// <summary>One JSON object.</summary>
    public static ToolResult Of(Action<Utf8JsonWriter> members) => new(Write(members), isError: false);

    /// <summary>A refusal that a model can act on. Nothing but what the registry says to every caller is in it.</summary>
    public static ToolResult Error(
        string kind, string message, string? field = null, Action<Utf8JsonWriter>? more = null) => new(
        Write(json =>
        {
            json.WriteStartObject("error"u8);
            json.WriteString("kind"u8, kind);
            json.WriteString("message"u8, AnswerDocuments.Cut(message, MostMessage));
            if (field is not null)
            {
                json.WriteString("field"u8, AnswerDocuments.Cut(field, MostField));
            }

            more?.Invoke(json);
            json.WriteEndObject();
        }),
        isError: true);

    private static ReadOnlySpan<byte> Write(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(bytes, AsTyped))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan;
    }
}
