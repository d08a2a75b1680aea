using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary><c>q</c>: agents ranked by words.</summary>
public sealed class RankedTests : IAsyncLifetime
{
    private RestHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await RestHost.StartAsync();
        string[] cards =
        [
            """
            {"name":"Expense Tracker","description":"Tracks what a team spends",
            "skills":[{"id":"add","name":"Add","description":"Adds a receipt","tags":[]}]}
            """,
            """{"name":"Weather","description":"Forecasts of rain and sun for every town","tags":["sky"],"skills":[]}""",
            """{"name":"Travel","description":"Books trips, and tells the weather there","tags":["sky"],"skills":[]}""",
        ];
        foreach (var card in cards)
        {
            await (await host.Client.SendAsync("POST", "/agents", card)).JsonAsync();
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Agents_come_best_first_with_score_and_highlights()
    {
        var json = await (await host.Client.SendAsync("GET", "/agents?q=weather%20for%20a%20town&view=record")).JsonAsync();
        Assert.Equal(["Weather", "Travel"], json.GetProperty("agents").EnumerateArray().Select(agent => agent.Text("agent_id")));
        var matches = json.GetProperty("matches").EnumerateArray().ToArray();
        Assert.Equal(["Weather", "Travel"], matches.Select(match => match.Text("agent_id")));
        Assert.True(matches[0].GetProperty("score").GetDouble() > matches[1].GetProperty("score").GetDouble());
        var highlight = matches[0].GetProperty("highlights")[0];
        Assert.Equal("description", highlight.Text("field"));
        var range = highlight.GetProperty("ranges")[0];
        Assert.Equal("town", highlight.Text("text")!.Substring(range[0].GetInt32(), range[1].GetInt32()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("next_page_token").ValueKind);
    }

    [Theory]
    [InlineData("""{"q":"expence"}""", "Expense Tracker")]
    [InlineData("""{"q":"receipt","view":"record"}""", "Expense Tracker")]
    [InlineData("""{"q":"weather","tags":["sky"],"query":"books"}""", "Travel")]
    public async Task A_search_by_body_ranks_too(string body, string first)
    {
        var json = await (await host.Client.SendAsync("POST", "/agents/search", body)).JsonAsync();
        Assert.Equal(first, json.GetProperty("matches")[0].Text("agent_id"));
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_ended()
    {
        var first = await (await host.Client.SendAsync("GET", "/agents?q=weather&page_size=1")).JsonAsync();
        var token = Uri.EscapeDataString(first.Text("next_page_token")!);
        var second = await (await host.Client.SendAsync("GET", $"/agents?q=weather&page_size=1&page_token={token}")).JsonAsync();
        Assert.Equal("Travel", second.GetProperty("matches")[0].Text("agent_id"));
        await (await host.Client.SendAsync("GET", $"/agents?q=rain&page_token={token}")).ProblemAsync(400, "page_token");
    }

    [Fact]
    public async Task What_cannot_be_ranked_by_is_refused()
    {
        await (await host.Client.SendAsync("GET", "/agents?q=" + new string('x', 1001))).ProblemAsync(400, "q");
        await (await host.Client.SendAsync("POST", "/agents/search", """{"q":7}""")).ProblemAsync(400, "q");
        await (await host.Client.SendAsync("POST", "/agents/search", """{"tags":["sky"]}""")).ProblemAsync(400, "query");
    }

    [Fact]
    public async Task What_a_search_went_by_is_told_and_ways_that_there_are_not_are_refused()
    {
        var response = await host.Client.SendAsync("GET", "/agents?q=weather&search=text");
        Assert.Equal("0", Assert.Single(response.Headers.GetValues("X-Registry-Embedding-Lag")));
        var json = await response.JsonAsync();
        var search = json.GetProperty("search");
        Assert.Equal(("text", 0), (search.Text("mode"), search.GetProperty("waiting").GetInt32()));
        Assert.True(json.GetProperty("matches")[0].GetProperty("text_score").GetDouble() > 0);

        await (await host.Client.SendAsync("GET", "/agents?q=weather&search=magic")).ProblemAsync(400, "search");
        await (await host.Client.SendAsync("GET", "/agents?q=weather&search=meaning")).ProblemAsync(400, "search");
        await (await host.Client.SendAsync("GET", "/agents?search=text")).ProblemAsync(400, "search");
        await (await host.Client.SendAsync("POST", "/agents/search", """{"q":"weather","search":"hybrid"}""")).ProblemAsync(400, "search");
    }
}
