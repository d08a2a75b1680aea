using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using OrleansRegistry.Mcp.Answers;

namespace OrleansRegistry.Mcp.Tools;

/// <summary>All tools that are offered. A new one is a line in its feature's list.</summary>
internal sealed class McpTools
{
    private readonly FrozenDictionary<string, McpTool> byName;
    private readonly RegistryMcpOptions options;
    private readonly FaultHandler faults;

    public McpTools(IEnumerable<McpTool> tools, RegistryMcpOptions options, FaultHandler faults)
    {
        this.options = options;
        this.faults = faults;
        All = [.. tools.Where(tool => !options.ReadOnly || tool.Effect == ToolEffect.Reads)];
        byName = All.ToFrozenDictionary(tool => tool.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<McpTool> All { get; }

    public ListToolsResult List() => new() { Tools = [.. All.Select(tool => tool.Definition)] };

    /// <summary>Calls a tool. What it refuses is a result that says so, as models are shown those.</summary>
    /// <exception cref="McpProtocolException">There is no such tool.</exception>
    public async ValueTask<CallToolResult> CallAsync(
        HttpContext http, ReadOnlyMemory<byte> arguments, RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        var name = request.Params?.Name ?? "";
        if (!byName.TryGetValue(name, out var tool))
        {
            var readOnly = options.ReadOnly ? "; only tools that change nothing are offered here (MCP_READ_ONLY)" : "";
            throw new McpProtocolException($"name: there is no tool '{AnswerDocuments.Cut(name, 100)}'{readOnly}", McpErrorCode.InvalidParams);
        }

        try
        {
            return (await tool.RunAsync(new ToolCall(http, tool, arguments, request, options) { Cancellation = cancellation })).Protocol;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // The client is gone, and so is whatever its answer was written to.
            throw;
        }
#pragma warning disable CA1031 // Whatever it was: the client gets no details of it, and the log all.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (ToolErrors.Explain(fault) is { } refusal)
            {
                return refusal.Protocol;
            }

            faults.Log(http, fault);
            return ToolResult.Error("internal", "The registry failed to answer this; its log says why.").Protocol;
        }
    }
}
