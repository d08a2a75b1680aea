namespace OrleansRegistry.Cli.Tests;

/// <summary>Drafts of agents' cards.</summary>
public sealed class DraftTests(RunningRegistry registry) : IDisposable
{
    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_draft_is_written_shown_published_and_removed()
    {
        var card = folder.Write("a.json", """{"name":"drafted","skills":[{"id":"s","name":"S"}]}""");
        var next = folder.Write("b.json", """{"name":"drafted","description":"next"}""");
        await cli.DoAsync("agents", "register", card);
        var written = await cli.DoAsync("drafts", "put", "drafted", next);
        Assert.StartsWith("drafted drafted: incompatible", written, StringComparison.Ordinal);
        Assert.Contains("written at ", await cli.DoAsync("drafts", "show", "drafted"), StringComparison.Ordinal);
        Assert.Equal("""{"name":"drafted","description":"next"}""", (await cli.DoAsync("drafts", "show", "drafted", "--card")).TrimEnd());
        Assert.Equal("next", (await cli.JsonAsync("drafts", "show", "drafted")).GetProperty("agent_card").GetProperty("description").GetString());
        Assert.StartsWith("published drafted (revision ", await cli.DoAsync("drafts", "publish", "drafted"), StringComparison.Ordinal);
        Assert.Contains("next", await cli.DoAsync("agents", "get", "drafted"), StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("drafts", "publish", "drafted")).Code);
        await cli.DoAsync("drafts", "put", "drafted", card);
        Assert.StartsWith("removed", await cli.DoAsync("drafts", "remove", "drafted"), StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("drafts", "show", "drafted")).Code);
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        var card = folder.Write("a.json", """{"name":"refused","skills":[{"id":"s","name":"S"}]}""");
        var envelope = folder.Write("e.json", """{"agent_card":{"name":"refused"},"compatibility":"backward"}""");
        var several = folder.Write("s.json", """[{"name":"one"},{"name":"two"}]""");
        await cli.DoAsync("agents", "register", envelope);
        await cli.DoAsync("agents", "register", card, "--id", "refused");
        Assert.Equal(4, (await cli.RunAsync("drafts", "put", "refused", envelope)).Code);
        Assert.Equal(4, (await cli.RunAsync("drafts", "put", "refused", several)).Code);
        Assert.Equal(3, (await cli.RunAsync("drafts", "put", "nobody", card)).Code);
        Assert.Equal(2, (await cli.RunAsync("drafts", "put", "refused")).Code);
        await cli.DoAsync("drafts", "put", "refused", folder.Write("n.json", """{"name":"refused"}"""));
        Assert.Equal(4, (await cli.RunAsync("drafts", "publish", "refused")).Code);
        Assert.Equal(4, (await cli.RunAsync("drafts", "publish", "refused", "--if-revision", "1")).Code);
        await cli.DoAsync("drafts", "publish", "refused", "--force");
    }
}
