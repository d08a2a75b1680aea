using System.Text.Json;

namespace OrleansRegistry.Cli.Mcp;

/// <summary>What the way to a registry asks about a message of a client.</summary>
/// <param name="Id">The request's, as it was sent; empty of a notification, or where there is none that could be answered.</param>
/// <param name="Method">Null of an answer.</param>
/// <param name="Name">Of the tool or resource.</param>
/// <param name="Version">Of the protocol, where the message says it.</param>
/// <param name="Canceled">The id of the request that the client calls off.</param>
internal sealed record McpCall(string Id, string? Method, string? Name, string? Version, string? Canceled)
{
    private const string VersionKey = "io.modelcontextprotocol/protocolVersion";

    /// <summary>Reads a line. What it cannot make sense of is left to the registry, which says what is wrong.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static McpCall Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
        var message = document.RootElement;
        var id = Member(message, "id") is { ValueKind: JsonValueKind.String or JsonValueKind.Number } given ? given.GetRawText() : "";
        var method = Text(message, "method");
        var parameters = Member(message, "params");
        var canceled = method == "notifications/cancelled"
            && Member(parameters, "requestId") is { ValueKind: JsonValueKind.String or JsonValueKind.Number } request
                ? request.GetRawText()
                : null;
        var name = method switch
        {
            "tools/call" or "prompts/get" => Text(parameters, "name"),
            "resources/read" => Text(parameters, "uri"),
            _ => null,
        };
        return new McpCall(id, method, name, Text(Member(parameters, "_meta"), VersionKey), canceled);
    }

    /// <summary>The revision that the answer to <c>initialize</c> settles on; null where it is another answer.</summary>
    public static string? VersionOf(ReadOnlyMemory<byte> answer)
    {
        using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 1000 });
        return Text(Member(document.RootElement, "result"), "protocolVersion");
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
