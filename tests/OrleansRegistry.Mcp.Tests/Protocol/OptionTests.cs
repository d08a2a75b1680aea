using System.Net;
using Microsoft.Extensions.Options;
using OrleansRegistry.Http;

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
    public async Task A_client_that_has_sent_too_much_gets_an_error_that_says_when_to_come_back()
    {
        await using var host = await McpHost.StartAsync(build: builder => builder.Services.AddRegistryHttp(
            options => (options.Limits.Caller.Rate, options.Limits.Caller.Burst) = (1, 1)));
        const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";
        (HttpStatusCode Status, string Body, HttpResponseMessage Answer) answer;
        do
        {
            answer = await host.SendAsync(Ping);
        }
        while (answer.Status == HttpStatusCode.OK && !Cancellation.IsCancellationRequested);
        Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (answer.Status, $"{answer.Answer.Headers.RetryAfter}"));
        Assert.Matches("""^\{"jsonrpc":"2.0","id":null,"error":\{"code":-32000,"message":"This caller may have [^"]*",""", answer.Body);
        Assert.EndsWith(""","data":{"retry_after_seconds":1}}}""", answer.Body, StringComparison.Ordinal);
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
