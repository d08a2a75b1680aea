using System.Buffers;
using System.Text.Json;
using ModelContextProtocol;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>
/// One message of a client. The protocol's library gets it without the arguments of a tool: it would write documents in them anew, and reads no more
/// than 64 levels, while the registry keeps them byte for byte.
/// </summary>
/// <param name="Forwarded">What the library gets.</param>
/// <param name="Arguments">Of a tool, as they were sent; an empty object where there are none.</param>
/// <param name="Id">Of a request, as it was sent; empty where there is none.</param>
internal readonly record struct McpMessage(byte[] Forwarded, ReadOnlyMemory<byte> Arguments, ReadOnlyMemory<byte> Id)
{
    private static readonly byte[] NoArguments = "{}"u8.ToArray();

    private static readonly string[] TextParameters = ["name", "uri", "cursor", "protocolVersion"];

    /// <summary>Reads and checks what the library would trip over.</summary>
    /// <exception cref="McpFault">It is not a message; the fault is what to answer.</exception>
    public static McpMessage Read(ReadOnlyMemory<byte> body)
    {
        ReadOnlyMemory<byte> id = default;
        try
        {
            ReadOnlyMemory<byte> arguments = NoArguments;
            var forwarded = new ArrayBufferWriter<byte>(Math.Min(body.Length + 16, 4096));
            Copy(forwarded, body, "message", (name, type, value) =>
            {
                if (name == "id" && type is JsonTokenType.String or JsonTokenType.Number)
                {
                    id = value;
                }

                if (name != "params" || type == JsonTokenType.Null)
                {
                    return value;
                }

                Demand(type == JsonTokenType.StartObject, name, "an object", type);
                return ReadParameters(value, ref arguments);
            });
            using (JsonInput.Parse(forwarded.WrittenMemory, "message"))
            {
                return new McpMessage(forwarded.WrittenSpan.ToArray(), arguments, id);
            }
        }
        catch (RegistryException fault)
        {
            var isSyntax = fault.InnerException is JsonException || fault.Message.Contains("UTF-8", StringComparison.Ordinal);
            var code = isSyntax ? McpErrorCode.ParseError : McpErrorCode.InvalidRequest;
            throw new McpFault(fault.Field?.StartsWith("params", StringComparison.Ordinal) == true ? McpErrorCode.InvalidParams : code, fault, id);
        }
    }

    private static ReadOnlyMemory<byte> ReadParameters(ReadOnlyMemory<byte> parameters, ref ReadOnlyMemory<byte> arguments)
    {
        var found = arguments;
        var kept = new ArrayBufferWriter<byte>(1024);
        Copy(kept, parameters, "params", (name, type, value) =>
        {
            if (TextParameters.Contains(name, StringComparer.Ordinal))
            {
                Demand(type is JsonTokenType.String or JsonTokenType.Null, $"params.{name}", "a string", type);
            }
            else if (name is "_meta" or "capabilities" or "clientInfo")
            {
                Demand(type is JsonTokenType.StartObject or JsonTokenType.Null, $"params.{name}", "an object", type);
            }
            else if (name == "arguments")
            {
                Demand(type is JsonTokenType.StartObject or JsonTokenType.Null, "params.arguments", "an object", type);
                found = type == JsonTokenType.Null ? NoArguments : value;
                return null;
            }

            return value;
        });
        arguments = found;
        return kept.WrittenMemory;
    }

    /// <summary>Copies an object, with what <paramref name="change"/> makes of each member; null leaves it out.</summary>
    private static void Copy(
        ArrayBufferWriter<byte> output,
        ReadOnlyMemory<byte> json,
        string what,
        Func<string, JsonTokenType, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?> change)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var members = new JsonMembers(json, what);
        var isFirst = true;
        output.Write("{"u8);
        while (members.Next())
        {
            var name = members.Name;
            if (!names.Add(name))
            {
                throw RegistryException.Invalid(what == "message" ? name : $"{what}.{name}", "is there more than once");
            }

            if (change(name, members.ValueType, members.Value) is not { } value)
            {
                continue;
            }

            output.Write(isFirst ? "\""u8 : ",\""u8);
            output.Write(JsonEncodedText.Encode(name).EncodedUtf8Bytes);
            output.Write("\":"u8);
            output.Write(value.Span);
            isFirst = false;
        }

        output.Write("}"u8);
    }

    private static void Demand(bool holds, string field, string expected, JsonTokenType found)
    {
        if (!holds)
        {
            throw RegistryException.Invalid(field, $"must be {expected}, not {JsonValues.Describe(found)}");
        }
    }
}
