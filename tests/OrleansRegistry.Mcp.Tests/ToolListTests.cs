using System.Text.Json;
using System.Text.RegularExpressions;
using ModelContextProtocol.Client;

namespace OrleansRegistry.Mcp.Tests;

/// <summary>What models and people read of the tools.</summary>
public sealed partial class ToolListTests(McpHost host)
{
    // The actions of the older server, and beside them what else such a client wants.
    private static readonly string[] Older =
    [
        "list_agents", "describe_agent", "find_agents", "match_agents",
        "deploy_agent", "deploy_batch", "update_agent", "enable_agent", "disable_agent",
        "remove_agent", "get_stats", "send_message", "get_task", "list_tasks", "cancel_task",
    ];

    [Fact]
    public async Task The_page_has_the_tools_that_there_are()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(FindRoot(), "docs", "mcp.md"), TestContext.Current.CancellationToken);
        var written = Row().Matches(page).Select(row => (row.Groups["name"].Value, row.Groups["changes"].Value.Trim())).Order();
        var offered = (await ListAsync()).Select(tool => (tool.Name, Changes(tool))).Order();
        Assert.Equal(offered, written);
        Assert.Empty(Older.Except(offered.Select(tool => tool.Name), StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_tool_and_each_argument_is_described_and_others_are_refused()
    {
        var all = await ListAsync();
        foreach (var tool in all.Select(tool => tool.ProtocolTool))
        {
            Assert.InRange(tool.Description!.Length, 30, 800);
            Assert.NotEmpty(tool.Title!);
            Assert.False(tool.InputSchema.GetProperty("additionalProperties").GetBoolean(), tool.Name);
            Assert.All(tool.InputSchema.GetProperty("properties").EnumerateObject(), argument => Assert.True(
                argument.Value.TryGetProperty("type", out _) || argument.Value.TryGetProperty("anyOf", out _), $"{tool.Name}.{argument.Name}"));
            Assert.Equal(JsonValueKind.Object, tool.OutputSchema!.Value.ValueKind);
        }

        // Of what a description speaks, there is.
        var names = all.Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal);
        names.UnionWith(all.SelectMany(tool => Members(tool.ProtocolTool.InputSchema)));
        names.UnionWith(all.SelectMany(tool => Members(tool.ProtocolTool.OutputSchema!.Value)));
        Assert.All(all.SelectMany(tool => Name().Matches(tool.Description)), match => Assert.Contains(match.Value, names));
    }

    private static IEnumerable<string> Members(JsonElement schema) =>
        schema.GetProperty("properties").EnumerateObject().Select(member => member.Name);

    private static string Changes(McpClientTool tool)
    {
        var hints = tool.ProtocolTool.Annotations!;
        if (hints.ReadOnlyHint == true)
        {
            return "";
        }

        return hints.DestructiveHint == true ? "replaces" : "adds";
    }

    private async Task<IList<McpClientTool>> ListAsync()
    {
        await using var client = await host.ConnectAsync();
        return await client.Mcp.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansRegistry.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z]+_[a-z_]+)` \|(?<changes>[^|]*)\|[^|]+\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("[a-z]+_[a-z_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
