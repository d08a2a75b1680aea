namespace OrleansRegistry.Cli.Tests;

/// <summary>Instances of an agent, from the command line.</summary>
public sealed class InstanceTests(RunningRegistry registry) : IDisposable
{
    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task They_are_registered_listed_chosen_kept_alive_and_removed()
    {
        await cli.DoAsync("agents", "register", folder.Write("a.json", """{"name":"several"}"""));
        Assert.StartsWith(
            "registered eu-1 of several (revision ",
            await cli.DoAsync(
                "instances", "put", "several", "eu-1", "http://one:8080/rpc", "--weight", "2.5", "--version", "1.4", "--metadata", """{"zone":"b"}""",
                "--ttl", "60"),
            StringComparison.Ordinal);
        await cli.DoAsync("instances", "put", "several", "a/b", "http://two", "--weight", "0");
        var list = await cli.DoAsync("instances", "list", "several");
        Assert.Matches(@"a/b +0 +http://two", list);
        Assert.Matches("""eu-1 +healthy +2\.5 +1\.4 +http://one:8080/rpc +\{"zone":"b"\}""", list);
        Assert.Matches("instance +eu-1 healthy http://one:8080/rpc", await cli.DoAsync("agents", "get", "several"));
        var healthy = await cli.JsonAsync("instances", "list", "several", "--health", "healthy", "--version", "1.4", "--limit", "1");
        Assert.Equal("eu-1", Assert.Single(healthy.GetProperty("instances").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("http://one:8080/rpc\n", await cli.DoAsync("instances", "choose", "several", "--key", "me"));
        Assert.Equal("eu-1", (await cli.JsonAsync("instances", "choose", "several", "--any-health")).GetProperty("name").GetString());

        var beat = await cli.DoAsync("agents", "heartbeat", "several", "--instance", "eu-1");
        Assert.StartsWith("several/eu-1  healthy  until ", beat, StringComparison.Ordinal);
        var some = await cli.RunAsync("agents", "heartbeat", "several", "--instance", "eu-1", "--instance", "a/b");
        Assert.Contains("several/a/b: ttl: instance 'a/b' of agent 'several' has no lease", some.Error, StringComparison.Ordinal);
        Assert.StartsWith("replaced eu-1", await cli.DoAsync("instances", "put", "several", "eu-1", "http://one"), StringComparison.Ordinal);
        await cli.DoAsync("instances", "remove", "several", "eu-1");
        Assert.Equal(3, (await cli.RunAsync("instances", "remove", "several", "eu-1")).Code);
        var none = await cli.RunAsync("instances", "choose", "several");
        Assert.Equal(5, none.Code);
        Assert.Contains("weight 0", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        await cli.DoAsync("agents", "register", folder.Write("a.json", """{"name":"refused"}"""));
        Assert.Equal(2, (await cli.RunAsync("instances", "put", "refused", "i")).Code);
        Assert.Equal(2, (await cli.RunAsync("instances", "put", "refused", "i", "http://i", "--weight", "NaN")).Code);
        Assert.Equal(2, (await cli.RunAsync("instances", "put", "refused", "i", "http://i", "--metadata", "{zone}")).Code);
        Assert.Equal(4, (await cli.RunAsync("instances", "put", "refused", "i", "http://i", "--weight", "-1")).Code);
        Assert.Equal(4, (await cli.RunAsync("instances", "put", "refused", "i", "host:80")).Code);
        Assert.Equal(3, (await cli.RunAsync("instances", "put", "nobody", "i", "http://i")).Code);
        Assert.Equal(3, (await cli.RunAsync("instances", "choose", "refused")).Code);
        Assert.Equal(4, (await cli.RunAsync("instances", "list", "refused", "--health", "fine")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "heartbeat", "refused", "other", "--instance", "i")).Code);
    }
}
