using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>
/// <c>POST /mcp</c>: the kit's endpoint around that of the protocol's library, which decides on versions, headers and the form of answers. There
/// are no sessions, so nothing else is mapped, and other methods are 405.
/// </summary>
internal sealed class McpEndpoint(RequestDelegate library, RegistryHttpOptions options, FaultHandler faults)
{
    public const string Path = "/mcp";

    public void Map(ApiRoutes routes) => routes.Answering(RefuseAsync).Post(Path, AnswerAsync, new ApiOperation(
        "mcp", "MCP", "Model Context Protocol")
        .Says("Streamable HTTP without sessions: one JSON-RPC message a request. The tools and resources are in docs/mcp.md.")
        .Body("McpMessage")
        .AnswerEvents("The answer, after progress where it was asked for.")
        .Answer(202, "A notification is taken.")
        .Problems(400, 413, 415));

    /// <summary>Clients read what to do about a limit from the body; all else that is refused before there is a message is a problem.</summary>
    private Task RefuseAsync(HttpContext context, Exception fault) => fault is LimitException limit && !context.Response.HasStarted
        ? McpFault.SendAsync(context, limit)
        : faults.AnswerAsync(context, fault);

    private async Task AnswerAsync(HttpContext context)
    {
        // A header that names nobody is a fault of the request, and not of what is in it.
        _ = context.GetCaller();
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        McpMessage message;
        try
        {
            message = McpMessage.Read(body.Bytes);
        }
        catch (McpFault fault)
        {
            await fault.SendAsync(context);
            return;
        }

        context.Features.Set(new McpExchange(context, message.Arguments));
        context.Request.Body = new MemoryStream(message.Forwarded, writable: false);
        context.Request.ContentLength = message.Forwarded.Length;
        try
        {
            await library(context);
        }
        catch (JsonException fault) when (!context.Response.HasStarted)
        {
            // It reads the parameters of some methods itself, and takes what it cannot read for a fault of its own.
            await new McpFault(McpErrorCode.InvalidParams, RegistryException.Invalid("params", fault.Message), message.Id).SendAsync(context);
        }

        body.Release();
    }
}

/// <summary>What handlers need of the request that they are called for.</summary>
internal sealed record McpExchange(HttpContext Http, ReadOnlyMemory<byte> Arguments);
