using Microsoft.Extensions.Options;

namespace OrleansRegistry.Mcp.Tests.Protocol;

public sealed class OptionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_only_only_tools_that_change_nothing_are_listed_and_called()
    {
        await using var host = await McpHost.StartAsync(options => options.ReadOnly = true);
        await using var client = await host.ConnectAsync();
        var tools = await client.Mcp.ListToolsAsync(cancellationToken: Cancellation);
        Assert.NotEmpty(tools);
        Assert.All(tools, tool => Assert.True(tool.ProtocolTool.Annotations!.ReadOnlyHint));
        Assert.DoesNotContain("deploy_agent", tools.Select(tool => tool.Name));
        var fault = await Assert.ThrowsAsync<ModelContextProtocol.McpProtocolException>(() => client.DeployAsync("weather"));
        Assert.Contains("MCP_READ_ONLY", fault.Message, StringComparison.Ordinal);
        Assert.Empty((await client.CallAsync("list_agents")).Items("agents"));
    }

    [Fact]
    public async Task A_wrong_option_stops_the_start_with_its_name()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => McpHost.StartAsync(options => options.MaxResultBytes = 5));
        Assert.Contains("MCP_MAX_RESULT_BYTES", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_registry_tells_clients_nothing_and_the_log_all()
    {
        await using var host = await McpHost.StartAsync(
            build: builder => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<ISnapshotStore>(
                builder.Services, _ => Faulty.Create()));
        await using var client = await host.ConnectAsync();
        var error = await client.FailAsync("list_snapshots");
        Assert.Equal("internal", error.Text("kind"));
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(host.Log, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    /// <summary>Fails whatever is asked of it.</summary>
    public class Faulty : System.Reflection.DispatchProxy
    {
        internal static ISnapshotStore Create() => Create<ISnapshotStore, Faulty>();

        protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) =>
            throw new InvalidOperationException("s3cret");
    }
}
