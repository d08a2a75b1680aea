using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Agents that the registry fetches, and those of another registry.</summary>
public sealed class AgentUrlTests(RunningRegistry registry) : IAsyncLifetime
{
    private const string List = "/agents?view=record&lifecycle=all&page_size=1000";

    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();
    private CardServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await CardServer.StartAsync();
        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("tide"));
    }

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task An_agent_is_added_by_its_url_and_refreshed()
    {
        Assert.StartsWith("registered tide (revision ", await cli.DoAsync("agents", "add", server.Url()), StringComparison.Ordinal);
        Assert.StartsWith("replaced tide", await cli.DoAsync("agents", "add", server.Url(), "--refresh", "60"), StringComparison.Ordinal);
        Assert.Equal(4, (await cli.RunAsync("agents", "add", server.Url(), "--id", "tide", "--new")).Code);
        var added = await cli.JsonAsync(
            "agents", "add", server.Url(), "--id", "tide/eu", "--new", "--disabled", "--delivery", "worker", "--refresh", "3600");
        Assert.Equal("tide/eu", added.GetProperty("agent_id").GetString());
        var agent = await cli.JsonAsync("agents", "get", "tide/eu");
        Assert.Equal(
            (false, "worker", 3600, server.Url(CardServer.WellKnown)),
            (agent.GetProperty("enabled").GetBoolean(), agent.GetProperty("delivery").GetString(), agent.GetProperty("refresh_seconds").GetInt32(),
                agent.GetProperty("source_url").GetString()));

        Assert.StartsWith("unchanged tide (revision ", await cli.DoAsync("agents", "refresh", "tide"), StringComparison.Ordinal);
        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("tide", "newer"));
        Assert.StartsWith("refreshed tide (revision ", await cli.DoAsync("agents", "refresh", "tide"), StringComparison.Ordinal);
        var results = (await cli.JsonAsync("agents", "refresh", "tide", "tide/eu")).GetProperty("results").EnumerateArray();
        Assert.Equal([false, true], results.Select(result => result.GetProperty("changed").GetBoolean()));

        server.At.Clear();
        await cli.DoAsync("agents", "register", folder.Write("sent.json", """{"name":"sent"}"""));
        var failed = await cli.RunAsync("agents", "refresh", "tide", "sent");
        Assert.Equal((4, ""), (failed.Code, failed.Output));
        Assert.Contains("agent-card.json answered 404", failed.Error, StringComparison.Ordinal);
        Assert.Contains("was sent, not fetched", failed.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await cli.RunAsync("agents", "refresh", "none")).Code);
        Assert.Equal(4, (await cli.RunAsync("agents", "add", "ftp://example.com/card")).Code);
        Assert.Equal(4, (await cli.RunAsync("agents", "add", server.Url(), "--refresh", "5")).Code);
    }

    [Fact]
    public async Task All_agents_of_another_registry_are_taken_over_as_they_are_as_often_as_one_likes()
    {
        var other = registry.Cli();
        var cards = Enumerable.Range(0, 1_003).Select(i => $$"""{"name":"a{{i:0000}}"}""");
        await other.DoAsync("agents", "register", folder.Write("all.json", $"[{string.Join(',', cards)}]"));
        const string Odd = """
            {"agent_card":{"name":"odd", "url":"https://odd.example.com", "rank": 1.50},"agent_id":"odd/id","enabled":false,"delivery":"forward",
            "workers":["w"],"credentials":{"X-Key":"secret"},"ttl":3600,"ephemeral":true}
            """;
        await other.DoAsync("agents", "register", folder.Write("odd.json", Odd));
        string[] import = ["agents", "import", registry.Url.ToString(), "--from-tenant", other.Always[^1]];
        var first = await cli.RunAsync(import);
        Assert.Equal(0, first.Code);
        Assert.StartsWith("registered 1,004, replaced 0, refused 0, ", first.Output, StringComparison.Ordinal);
        Assert.Contains("1 agents have credentials there", first.Error, StringComparison.Ordinal);
        Assert.Contains("odd/id", first.Error, StringComparison.Ordinal);
        var again = await cli.JsonAsync(import);
        Assert.Equal((0, 1_004), (again.GetProperty("registered").GetInt32(), again.GetProperty("replaced").GetInt32()));

        foreach (var id in new[] { "odd/id", "a0000" })
        {
            var (there, here) = (await other.JsonAsync("agents", "get", id), await cli.JsonAsync("agents", "get", id));
            foreach (var name in new[] { "agent_card", "agent_id", "enabled", "delivery" })
            {
                Assert.Equal(there.GetProperty(name).GetRawText(), here.GetProperty(name).GetRawText());
            }
        }

        var lease = (await cli.JsonAsync("agents", "get", "odd/id")).GetProperty("lease");
        Assert.Equal((3_600, true), (lease.GetProperty("ttl").GetInt32(), lease.GetProperty("ephemeral").GetBoolean()));
        Assert.False((await cli.JsonAsync("agents", "get", "a0000")).TryGetProperty("lease", out _));

        // That of the card is left to the card.
        await cli.DoAsync("agents", "register", folder.Write("a0.json", """{"name":"a0000","url":"https://a.example.com"}"""));
        Assert.Equal("listed", (await cli.JsonAsync("agents", "get", "a0000")).GetProperty("delivery").GetString());
    }

    [Fact]
    public async Task A_registry_that_answers_cards_alone_is_imported_too_and_what_is_refused_is_told()
    {
        server.At[List] = CardServer.Serve($$"""{"agents":[{{CardServer.Card("one")}},{"title":"no card"},7,{"name":"two"}],"count":4}""");
        var ran = await cli.RunAsync("agents", "import", server.Url());
        Assert.Equal(4, ran.Code);
        Assert.StartsWith("registered 2, replaced 0, refused 2, ", ran.Output, StringComparison.Ordinal);
        Assert.Contains($"refused: {server.Url()}[1]: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"refused: {server.Url()}[2]: ", ran.Error, StringComparison.Ordinal);
        Assert.Equal(CardServer.Card("one"), await cli.DoAsync("agents", "get", "one", "--card"));

        string[] again = ["agents", "import", registry.Url.ToString(), "--from-tenant", cli.Always[^1], "--store", folder.Of("data")];
        var store = await new TestCli().DoAsync(again);
        Assert.StartsWith("registered 2, ", store, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_of_before_there_were_life_cycles_is_imported_too_with_what_its_agents_say()
    {
        server.At[List] = CardServer.Serve("""{"error":"lifecycle: is not known","code":"invalid","field":"lifecycle"}""", status: 400);
        var listed = $$"""{"agent_card":{{CardServer.Card("one")}},"agent_id":"one","compatibility":"backward"}""";
        server.At["/agents?view=record&page_size=1000"] = CardServer.Serve($$"""{"agents":[{{listed}}],"count":1,"next_page_token":null}""");
        Assert.StartsWith("registered 1, ", await cli.DoAsync("agents", "import", server.Url()), StringComparison.Ordinal);
        Assert.Equal("backward", (await cli.JsonAsync("agents", "get", "one")).GetProperty("compatibility").GetString());
    }

    [Theory]
    [InlineData("""{"message":"welcome"}""", 1, "answered no list of agents")]
    [InlineData("<html>", 1, "")]
    public async Task What_is_no_registry_is_told(string body, int code, string says)
    {
        server.At[List] = CardServer.Serve(body);
        var ran = await cli.RunAsync("agents", "import", server.Url());
        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.Contains(says, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nor_is_what_does_not_answer_or_has_no_such_list()
    {
        Assert.Equal(3, (await cli.RunAsync("agents", "import", server.Url())).Code);
        Assert.Equal(5, (await cli.RunAsync("agents", "import", "http://127.0.0.1:1")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "import", "ftp://registry.example.com")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "import", "cards/")).Code);
    }
}
