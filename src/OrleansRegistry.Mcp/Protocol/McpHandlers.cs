using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using OrleansRegistry.Mcp.Resources;
using OrleansRegistry.Mcp.Tools;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>Tells the protocol's library what this server is and has.</summary>
internal sealed class McpHandlers(McpTools tools, McpResources resources, FaultHandler faults, RegistryMcpOptions settings)
{
    private const string Instructions =
        "A registry of A2A agents, their tasks and conversations. To have something done: find_agents, then send_message with the agent's id; "
        + "go on with get_task (wait_seconds) while finished is false, and answer the agent by send_message with task_id where needs_input is true. "
        + "Results are bounded: next_page_token means that there is more, and is given back as page_token with the other arguments unchanged; "
        + "left_out tells what a task has besides and which tool reads it. Errors have a kind, a message, and the field at fault.";

    // The revision that has no error of its own for what is not there.
    private const string WithoutNotFound = "2026-07-28";

    /// <summary>Sets the options of the server that the library makes for one request.</summary>
    public Task Configure(HttpContext context, McpServerOptions options, CancellationToken cancellation)
    {
        // Where the host has MCP of its own, that is another's.
        if (context.Features.Get<McpExchange>() is not { } exchange)
        {
            return Task.CompletedTask;
        }

        options.ServerInfo = new Implementation { Name = "orleans-registry", Title = RegistryService.Name, Version = RegistryService.Version };
        options.ServerInstructions = settings.ReadOnly ? $"{Instructions} Only tools that change nothing are offered here." : Instructions;
        options.Handlers = new McpServerHandlers
        {
            ListToolsHandler = (request, _) => ValueTask.FromResult(WithoutCursor(request.Params?.Cursor, tools.List())),
            CallToolHandler = (request, token) => tools.CallAsync(exchange.Http, exchange.Arguments, request, token),
            ListResourceTemplatesHandler = (request, _) => ValueTask.FromResult(WithoutCursor(request.Params?.Cursor, McpResources.Templates())),
            ListResourcesHandler = (request, token) => ReadAsync(
                exchange.Http, request, () => resources.ListAsync(exchange.Http.GetReader(), request.Params?.Cursor, token), token),
            CompleteHandler = (request, token) => ReadAsync(
                exchange.Http, request, () => resources.CompleteAsync(exchange.Http.GetReader(), request.Params!, token), token),
            ReadResourceHandler = (request, token) => ReadAsync(
                exchange.Http, request, () => resources.ReadAsync(exchange.Http.GetReader(), request.Params?.Uri ?? "", token), token),
        };
        options.Filters.Message.IncomingFilters.Add(NameWrongParameters);
        return Task.CompletedTask;
    }

    /// <summary>Parameters that the library cannot read are the client's fault, which it takes for one of its own.</summary>
    private static McpMessageHandler NameWrongParameters(McpMessageHandler next) => async (message, cancellation) =>
    {
        try
        {
            await next(message, cancellation);
        }
        catch (JsonException fault)
        {
            var at = fault.Path is { Length: > 2 } path ? $"params.{path[2..]}" : "params";
            throw new McpProtocolException($"{at}: is not what this method takes", fault, McpErrorCode.InvalidParams);
        }
    };

    /// <summary>What is one page has no cursors.</summary>
    private static T WithoutCursor<T>(string? cursor, T page) => cursor is null
        ? page
        : throw new McpProtocolException("cursor: is not one that this list had", McpErrorCode.InvalidParams);

    private async ValueTask<TResult> ReadAsync<TParams, TResult>(
        HttpContext http, RequestContext<TParams> request, Func<Task<TResult>> read, CancellationToken cancellation)
    {
        try
        {
            return await read();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault)
        {
            var isNewest = string.CompareOrdinal(request.Server.NegotiatedProtocolVersion, WithoutNotFound) >= 0;
            if (ToolErrors.ExplainResource(fault, isNewest) is { } refusal)
            {
                throw refusal;
            }

            faults.Log(http, fault);
            throw new McpProtocolException("The registry failed to answer this; its log says why.", fault, McpErrorCode.InternalError);
        }
    }
}
