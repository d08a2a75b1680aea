using System.Text.Json;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>One call of a JSON-RPC request.</summary>
/// <param name="Id">The id as it was sent; undefined for a notification, which is not answered.</param>
internal readonly record struct JsonRpcCall(string Method, JsonElement Parameters, JsonElement Id)
{
    public bool IsNotification => Id.ValueKind == JsonValueKind.Undefined;

    /// <summary>The id of an invalid call, for its error; undefined is answered as null.</summary>
    public static JsonElement IdOf(JsonElement request)
    {
        try
        {
            return request.ValueKind == JsonValueKind.Object && request.TryGetProperty("id"u8, out var id) && IsId(id) ? id : default;
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair, which Read refuses.
            return default;
        }
    }

    /// <exception cref="JsonRpcException">-32600: it is not a valid call.</exception>
    public static JsonRpcCall Read(JsonElement request)
    {
        try
        {
            return ReadText(request);
        }
        catch (InvalidOperationException)
        {
            throw JsonRpcException.Invalid("a name or the method holds half of a surrogate pair, which is no character");
        }
    }

    private static JsonRpcCall ReadText(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
        {
            throw JsonRpcException.Invalid($"a request must be an object, not {JsonInput.Describe(request)}");
        }

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in request.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                throw JsonRpcException.Invalid($"{member.Name} is there more than once");
            }
        }

        if (!members.TryGetValue("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0"u8))
        {
            throw JsonRpcException.Invalid("jsonrpc must be \"2.0\"");
        }

        if (!members.TryGetValue("method", out var method) || method.ValueKind != JsonValueKind.String)
        {
            throw JsonRpcException.Invalid("method must be a string");
        }

        var parameters = members.GetValueOrDefault("params");
        if (parameters.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array))
        {
            throw JsonRpcException.Invalid("params must be an object or an array");
        }

        var id = members.GetValueOrDefault("id");
        return id.ValueKind == JsonValueKind.Undefined || IsId(id)
            ? new JsonRpcCall(method.GetString()!, parameters, id)
            : throw JsonRpcException.Invalid("id must be a string, a number or null");
    }

    private static bool IsId(JsonElement id) => id.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null;}
