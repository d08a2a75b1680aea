namespace OrleansRegistry.Cli.Tests;

/// <summary>Looks at the cards that agents publish.</summary>
public sealed class ProbeTests(RunningRegistry registry) : IDisposable
{
    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_agent_is_registered_with_probes_and_probed()
    {
        var card = folder.Write("a.json", """{"name":"probed"}""");
        await cli.DoAsync("agents", "register", card, "--probe", "86400", "--probe-url", "http://127.0.0.1:1/card.json");
        Assert.Contains("never probed", await cli.DoAsync("agents", "probe", "probed", "--last"), StringComparison.Ordinal);
        var found = await cli.RunAsync("agents", "probe", "probed");
        Assert.Equal(4, found.Code);
        Assert.Contains("unreachable", found.Output, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1/card.json", found.Output, StringComparison.Ordinal);
        Assert.Equal("unreachable", (await cli.JsonAsync("agents", "probe", "probed", "--last")).GetProperty("outcome").GetString());
        Assert.Contains("unreachable", await cli.DoAsync("agents", "get", "probed"), StringComparison.Ordinal);
        Assert.Contains("probed", await cli.DoAsync("agents", "list", "--probe", "unreachable"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        var card = folder.Write("a.json", """{"name":"refused"}""");
        var envelope = folder.Write("e.json", """{"agent_card":{"name":"refused"}}""");
        Assert.Equal(4, (await cli.RunAsync("agents", "register", card, "--probe", "59")).Code);
        Assert.Equal(4, (await cli.RunAsync("agents", "register", card, "--probe-url", "nowhere")).Code);
        Assert.Contains(
            "write \"probe_seconds\" there", (await cli.RunAsync("agents", "register", envelope, "--probe", "60")).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("agents", "register", card, envelope, "--probe", "60")).Code);
        Assert.Equal(3, (await cli.RunAsync("agents", "probe", "nobody")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "probe")).Code);
    }
}
