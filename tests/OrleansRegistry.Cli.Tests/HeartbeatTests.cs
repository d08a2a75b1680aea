using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Agents with a lease, and their beats.</summary>
public sealed class HeartbeatTests(RunningRegistry registry) : IDisposable
{
    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_agent_is_registered_with_a_lease_and_beats()
    {
        var card = folder.Write("a.json", """{"name":"leased"}""");
        await cli.DoAsync("agents", "register", card, "--ttl", "60", "--ephemeral");
        await cli.DoAsync("agents", "register", card, "--id", "unleased");
        var shown = await cli.DoAsync("agents", "get", "leased");
        Assert.Contains("healthy", shown, StringComparison.Ordinal);
        Assert.Contains("60 s, ephemeral", shown, StringComparison.Ordinal);
        Assert.StartsWith("leased  healthy  until ", await cli.DoAsync("agents", "heartbeat", "leased", "leased"), StringComparison.Ordinal);

        var answer = await cli.JsonAsync("agents", "heartbeat", "leased");
        Assert.Equal(1, answer.GetProperty("success").GetInt32());
        var some = await cli.RunAsync("agents", "heartbeat", "leased", "unleased", "nobody");
        Assert.Equal(4, some.Code);
        Assert.StartsWith("leased", some.Output, StringComparison.Ordinal);
        Assert.Contains("unleased: ttl: agent 'unleased' has no lease", some.Error, StringComparison.Ordinal);
        Assert.Contains("nobody: Agent not found", some.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("agents", "heartbeat", "nobody")).Code);
    }

    [Fact]
    public async Task A_registry_that_knows_no_instances_is_told_of_none()
    {
        var body = "";
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            body = await reader.ReadToEndAsync();
            await ScriptedServer.Say(200, """{"success":0,"results":[]}""")(context);
        });
        await server.Cli.DoAsync("agents", "heartbeat", "a");
        Assert.Equal("""{"agent_ids":["a"]}""", body);
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        var card = folder.Write("a.json", """{"name":"leased"}""");
        var envelope = folder.Write("e.json", """{"agent_card":{"name":"leased"}}""");
        Assert.Equal(4, (await cli.RunAsync("agents", "register", card, "--ttl", "4")).Code);
        Assert.Contains(
            "write \"ephemeral\" there", (await cli.RunAsync("agents", "register", envelope, "--ephemeral")).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("agents", "register", card, envelope, "--ttl", "30")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "heartbeat", "leased", "--every", "0")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "heartbeat")).Code);
    }
}
