using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace OrleansRegistry.Mcp.Tests;

/// <summary>A client of MCP, and the caller that it is for.</summary>
internal sealed class TestClient(McpClient mcp, Caller caller) : IAsyncDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public McpClient Mcp => mcp;

    public Caller Caller => caller;

    /// <summary>Calls a tool with the members of an object, and gives what it answers as structured content: the same is in its text.</summary>
    public async Task<JsonElement> CallAsync(string tool, object? arguments = null, IProgress<ProgressNotificationValue>? progress = null)
    {
        var result = await SendAsync(tool, arguments, progress);
        Assert.True(result.IsError is not true, result.StructuredContent.ToString());
        return result.StructuredContent!.Value;
    }

    /// <summary>Calls a tool that refuses, and gives the error.</summary>
    public async Task<JsonElement> FailAsync(string tool, object? arguments = null)
    {
        var result = await SendAsync(tool, arguments, null);
        Assert.True(result.IsError, result.StructuredContent.ToString());
        return result.StructuredContent!.Value.GetProperty("error");
    }

    public async Task<CallToolResult> SendAsync(string tool, object? arguments, IProgress<ProgressNotificationValue>? progress = null)
    {
        var members = JsonSerializer.SerializeToElement(arguments ?? new { }).EnumerateObject()
            .ToDictionary(member => member.Name, member => (object?)member.Value, StringComparer.Ordinal);
        var result = await mcp.CallToolAsync(tool, members, progress, cancellationToken: Cancellation);
        var text = Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
        using var same = JsonDocument.Parse(text);
        Assert.True(JsonElement.DeepEquals(same.RootElement, result.StructuredContent!.Value));
        return result;
    }

    /// <summary>Registers an agent of a name.</summary>
    public Task<JsonElement> DeployAsync(string name, string description = "An agent.") =>
        CallAsync("deploy_agent", new { agent_card = Card(name, description) });

    public static object Card(string name, string description = "An agent.", string skill = "forecast", string tag = "sky") => new
    {
        name,
        description,
        version = "1.0",
        capabilities = new { },
        defaultInputModes = new[] { "text/plain" },
        defaultOutputModes = new[] { "text/plain" },
        skills = new[] { new { id = skill, name = skill, description = "Does it.", tags = new[] { tag } } },
    };

    public ValueTask DisposeAsync() => mcp.DisposeAsync();
}
