using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace OrleansRegistry.Mcp.Tools;

/// <summary>One call of a tool: who calls, with what, and how far it may go.</summary>
internal sealed class ToolCall
{
    private readonly RequestContext<CallToolRequestParams> request;

    /// <exception cref="RegistryException">An argument is unknown or missing, or a header is wrong.</exception>
    public ToolCall(
        HttpContext http, McpTool tool, ReadOnlyMemory<byte> arguments, RequestContext<CallToolRequestParams> request, RegistryMcpOptions options)
    {
        this.request = request;
        Http = http;
        Options = options;
        Caller = tool.Effect == ToolEffect.Reads ? http.GetReader() : http.GetCaller();
        Arguments = tool.Read(arguments);
    }

    public Caller Caller { get; }

    public RequestMembers Arguments { get; }

    public HttpContext Http { get; }

    public RegistryMcpOptions Options { get; }

    /// <summary>The client is gone, or has called it off.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether the client wants to be told how far it is.</summary>
    public bool WantsProgress => request.Params?.ProgressToken is not null;

    /// <summary>The text of an argument that must be there.</summary>
    public string Text(string name) => Arguments.Text(name)!;

    /// <summary>How many a page is to have: what is asked for, which the registry judges, or what is usual here.</summary>
    public int PageSize(PageLimit limit, int usual) => Arguments.PageSize(limit) ?? usual;

    public string? PageToken => Arguments.Text("page_token");

    public Task TellProgressAsync(double progress, string message) => request.Params!.ProgressToken is { } token
        ? request.Server.NotifyProgressAsync(
            token, new ProgressNotificationValue { Progress = (float)progress, Message = message }, cancellationToken: Cancellation)
        : Task.CompletedTask;
}
