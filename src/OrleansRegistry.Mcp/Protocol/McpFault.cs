using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>A message that is none: an error of JSON-RPC.</summary>
/// <param name="id">The message's, where it has one.</param>
internal sealed class McpFault(McpErrorCode code, RegistryException fault, ReadOnlyMemory<byte> id) : Exception(fault.Message, fault)
{
    private readonly byte[] id = id.ToArray();

    /// <summary>Of JSON-RPC's: the codes that are left to servers begin here.</summary>
    private const int ServerError = -32000;

    public Task SendAsync(HttpContext context) => SendAsync(
        context,
        StatusCodes.Status400BadRequest,
        (int)code,
        Message,
        id,
        fault.Field is { } field ? json => json.WriteString("field"u8, field) : null);

    /// <summary>Answers that there are too many requests: nobody has read the message, so that it has no id.</summary>
    public static Task SendAsync(HttpContext context, LimitException limit)
    {
        limit.Prepare(context.Response);
        return SendAsync(context, limit.StatusCode, ServerError, limit.Message, default, json =>
            json.WriteNumber("retry_after_seconds"u8, (long)limit.RetryAfter.TotalSeconds));
    }

    private static Task SendAsync(
        HttpContext context, int status, int code, string message, ReadOnlySpan<byte> id, Action<Utf8JsonWriter>? writeData)
    {
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.Length > 0 ? id : "null"u8, skipInputValidation: true);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, code);
        json.WriteString("message"u8, message);
        if (writeData is not null)
        {
            json.WriteStartObject("data"u8);
            writeData(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        context.Response.Headers.Remove("Content-Encoding");
        return answer.SendObjectAsync(context, status);
    }
}
