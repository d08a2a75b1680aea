using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>A message that is none: an error of JSON-RPC.</summary>
/// <param name="id">The message's, where it has one.</param>
internal sealed class McpFault(McpErrorCode code, RegistryException fault, ReadOnlyMemory<byte> id) : Exception(fault.Message, fault)
{
    private readonly byte[] id = id.ToArray();

    public Task SendAsync(HttpContext context)
    {
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id.Length > 0 ? id : "null"u8, skipInputValidation: true);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, (int)code);
        json.WriteString("message"u8, Message);
        if (fault.Field is { } field)
        {
            json.WriteStartObject("data"u8);
            json.WriteString("field"u8, field);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        context.Response.Headers.Remove("Content-Encoding");
        return answer.SendObjectAsync(context, StatusCodes.Status400BadRequest);
    }
}
