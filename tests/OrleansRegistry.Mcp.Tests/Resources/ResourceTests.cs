using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace OrleansRegistry.Mcp.Tests.Resources;

public sealed class ResourceTests(McpHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cards_and_tasks_are_listed_over_pages_and_can_be_read()
    {
        await using var client = await host.ConnectAsync();
        for (var i = 0; i < 60; i++)
        {
            await client.DeployAsync(i == 0 ? "a/b ü?" : $"agent-{i:00}");
        }

        var task = await client.CallAsync("send_message", new { agent_id = "agent-01", text = "Hello", wait = false });
        var first = await client.Mcp.ListResourcesAsync(new ListResourcesRequestParams(), Cancellation);
        Assert.Equal(50, first.Resources.Count);
        Assert.NotNull(first.NextCursor);
        var all = await client.Mcp.ListResourcesAsync(cancellationToken: Cancellation);
        Assert.Equal(61, all.Count);
        Assert.Equal(61, all.Select(resource => resource.Uri).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all, resource => Assert.Equal("application/json", resource.MimeType));
        foreach (var resource in new[] { all[0], all[^1] })
        {
            var read = await client.Mcp.ReadResourceAsync(resource.Uri, cancellationToken: Cancellation);
            using var json = JsonDocument.Parse(Assert.IsType<TextResourceContents>(Assert.Single(read.Contents)).Text);
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }

        Assert.Equal("registry://agents/a%2Fb%20%C3%BC%3F/card", all[0].Uri);
        Assert.Equal($"registry://tasks/{task.Text("task_id")}", all[^1].Uri);
        Assert.Equal(
            ["registry://agents/{agent_id}/card", "registry://tasks/{task_id}"],
            (await client.Mcp.ListResourceTemplatesAsync(cancellationToken: Cancellation)).Select(template => template.UriTemplate));
    }

    [Fact]
    public async Task Ids_of_agents_are_completed()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather", "Tells of tides.");
        await client.DeployAsync("tide");
        var card = new ResourceTemplateReference { Uri = "registry://agents/{agent_id}/card" };
        Assert.Equal(["tide"], (await client.Mcp.CompleteAsync(card, "agent_id", "TID", cancellationToken: Cancellation)).Completion.Values);
        Assert.Equal(2, (await client.Mcp.CompleteAsync(card, "agent_id", "", cancellationToken: Cancellation)).Completion.Values.Count);
        var other = new PromptReference { Name = "x" };
        Assert.Empty((await client.Mcp.CompleteAsync(other, "y", "z", cancellationToken: Cancellation)).Completion.Values);
    }

    [Theory]
    [InlineData("registry://agents/nobody/card")]
    [InlineData("registry://tasks/none")]
    [InlineData("registry://agents//card")]
    [InlineData("registry://agents/a/b/card")]
    [InlineData("registry://colours/red")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("registry://tasks/%00")]
    public async Task What_is_not_there_is_an_error_that_says_so(string uri)
    {
        await using var newest = await host.ConnectAsync(version: "2026-07-28");
        var fault = await Assert.ThrowsAsync<McpProtocolException>(
            async () => await newest.Mcp.ReadResourceAsync(uri, cancellationToken: Cancellation));
        Assert.Equal(McpErrorCode.InvalidParams, fault.ErrorCode);
        await using var older = await host.ConnectAsync(version: "2025-06-18");
        fault = await Assert.ThrowsAsync<McpProtocolException>(async () => await older.Mcp.ReadResourceAsync(uri, cancellationToken: Cancellation));
        Assert.Contains(fault.ErrorCode, new[] { McpErrorCode.ResourceNotFound, McpErrorCode.InvalidParams });
    }

    [Theory]
    [InlineData("x")]
    [InlineData("agents:x")]
    [InlineData("tasks:x")]
    public async Task A_cursor_that_no_list_had_is_refused(string cursor)
    {
        await using var client = await host.ConnectAsync();
        var fault = await Assert.ThrowsAsync<McpProtocolException>(
            async () => await client.Mcp.ListResourcesAsync(new ListResourcesRequestParams { Cursor = cursor }, Cancellation));
        Assert.Equal(McpErrorCode.InvalidParams, fault.ErrorCode);
    }
}
