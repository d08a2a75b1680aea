using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>Bytes of parts: the URL's alphabet of base64 and missing padding become what every reader takes.</summary>
internal static class WireBytes
{
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = JsonInput.Stored.MaxDepth };

    private static readonly string[] Opaque = ["data", "metadata", "params", "header"];

    /// <summary>The JSON with each <c>raw</c> of a part in standard base64. What is no base64 stays.</summary>
    public static string Normalize(ReadOnlySpan<byte> utf8)
    {
        var root = JsonNode.Parse(utf8, nodeOptions: null, JsonInput.Stored)!;
        Visit(root, inParts: false);
        return root.ToJsonString(Deep);
    }

    /// <param name="inParts">The node is the array of parts, or one of them.</param>
    private static void Visit(JsonNode? node, bool inParts)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Visit(item, inParts);
            }
        }
        else if (node is JsonObject members)
        {
            if (inParts && members["raw"] is JsonValue raw && raw.GetValueKind() == JsonValueKind.String
                && Standard(raw.GetValue<string>()) is { } standard)
            {
                members["raw"] = standard;
            }

            foreach (var (name, value) in members)
            {
                // What is in those is its author's.
                if (!Opaque.Contains(name))
                {
                    Visit(value, inParts: name == "parts");
                }
            }
        }
    }

    private static string? Standard(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Base64Url.IsValid(utf8) ? Convert.ToBase64String(Base64Url.DecodeFromUtf8(utf8)) : null;
    }
}
