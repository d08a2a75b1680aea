using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class ListTests
{
    [Fact]
    public async Task All_agents_without_a_page_size_and_pages_with_one()
    {
        await using var host = await WithAgentsAsync(25);
        var all = await (await host.Client.SendAsync("GET", "/agents")).JsonAsync();
        Assert.Equal(25, all.Number("count"));
        Assert.False(all.TryGetProperty("next_page_token", out _));
        var names = all.GetProperty("agents").EnumerateArray().Select(card => card.Text("name")).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);

        var paged = new List<string>();
        string? token = null;
        do
        {
            var next = token is null ? "" : "&page_token=" + Uri.EscapeDataString(token);
            var page = await (await host.Client.SendAsync("GET", "/agents?page_size=10" + next)).JsonAsync();
            Assert.Equal(page.Number("count"), page.GetProperty("agents").GetArrayLength());
            paged.AddRange(page.GetProperty("agents").EnumerateArray().Select(card => card.Text("name")));
            token = page.Text("next_page_token");
        }
        while (token is not null);
        Assert.Equal(names, paged);
    }

    [Fact]
    public async Task Records_instead_of_cards()
    {
        await using var host = await WithAgentsAsync(3);
        foreach (var response in (HttpResponseMessage[])[
            await host.Client.SendAsync("GET", "/agents?view=record&page_size=2"),
            await host.Client.SendAsync("POST", "/agents/search", """{"query":"","view":"record","page_size":2}""")])
        {
            var json = await response.JsonAsync();
            Assert.NotNull(json.Text("next_page_token"));
            foreach (var listed in json.GetProperty("agents").EnumerateArray())
            {
                var one = await (await host.Client.SendAsync("GET", "/agents/" + listed.Text("agent_id"))).JsonAsync();
                Assert.Equal(one.GetRawText(), listed.GetRawText());
            }
        }
    }

    [Theory]
    [InlineData("query=ALPHA", 1)]
    [InlineData("query=", 3)]
    [InlineData("query=s-one", 1)]
    [InlineData("tag=t1", 2)]
    [InlineData("tag=t2&tag=t3", 2)]
    [InlineData("skill=s-one&skill=s-two", 2)]
    [InlineData("category=finance", 1)]
    [InlineData("capability=streaming", 1)]
    [InlineData("capability=push_notifications", 1)]
    [InlineData("provider=acme", 1)]
    [InlineData("enabled=true", 2)]
    [InlineData("enabled=false", 1)]
    [InlineData("tag=t1&enabled=true&view=record&page_size=10", 1)]
    [InlineData("tag=nothing", 0)]
    [InlineData("category=finance&category=none", 1)]
    [InlineData("all.tag=t1&all.tag=t2", 1)]
    [InlineData("not.tag=t1", 1)]
    [InlineData("not.tag=t2&not.skill=s-two", 1)]
    [InlineData("skill_tag=t2", 1)]
    [InlineData("skill_tag=t1", 0)]
    [InlineData("host=alpha.example&output_mode=TEXT/plain&protocol_version=1.0&binding=grpc", 1)]
    [InlineData("not.host=alpha.example", 2)]
    [InlineData("owner=nobody", 0)]
    [InlineData("extension=urn:x", 0)]
    public async Task Filters(string query, int count)
    {
        await using var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync("POST", "/agents:batch", """
            [{"name":"Alpha","category":"finance","tags":["t1"],"skills":[{"id":"s-one","name":"S","tags":["t2"]}],
            "provider":{"organization":"Acme"},"defaultOutputModes":["text/plain"],
            "supportedInterfaces":[{"url":"alpha.example:443","protocolBinding":"GRPC","protocolVersion":"1.0"}]},
             {"name":"Beta","capabilities":{"streaming":true,"pushNotifications":true},"skills":[{"id":"s-two","tags":["t3"]}]},
             {"agent_card":{"name":"Gamma","tags":["t1"]},"enabled":false}]
            """)).JsonAsync();
        Assert.Equal(count, (await (await host.Client.SendAsync("GET", "/agents?" + query)).JsonAsync()).Number("count"));
    }

    [Fact]
    public async Task Search_takes_the_same_filters_in_its_body()
    {
        await using var host = await WithAgentsAsync(12);
        await (await host.Client.SendAsync("POST", "/agents",
            """
                {"name":"Special","tags":["t"],"skills":[{"id":"s"}],"category":"c","capabilities":{"streaming":true},
                "provider":{"organization":"P"}}
                """)).JsonAsync();
        var json = await (await host.Client.SendAsync("POST", "/agents/search",
            """
                {"query":"SPEC","skills":["x","s"],"tags":["t"],"category":"c","capability":["x","streaming"],"provider":"p","enabled":true,
                "all":{"tag":["t"],"skills":["s"]},"not":{"tags":["u"],"enabled":false,"host":"x"},"page_size":null,"view":"card"}
                """)).JsonAsync();
        Assert.Equal(1, json.Number("count"));
        Assert.Equal("SPEC", json.Text("query"));
        Assert.Equal("Special", json.GetProperty("agents")[0].Text("name"));
        Assert.False(json.TryGetProperty("next_page_token", out _));

        var page = await (await host.Client.SendAsync("POST", "/agents/search", """{"query":"agent","page_size":10}""")).JsonAsync();
        Assert.Equal(10, page.Number("count"));
        var rest = await (await host.Client.SendAsync(
            "POST",
            "/agents/search",
            JsonSerializer.Serialize(new { query = "agent", page_size = 10, page_token = page.Text("next_page_token") }))).JsonAsync();
        Assert.Equal(2, rest.Number("count"));
        Assert.Null(rest.Text("next_page_token"));
    }

    [Fact]
    public async Task A_long_list_is_streamed()
    {
        await using var host = await RestHost.StartAsync();
        var filler = $",\"x\":\"{new string('x', 100_000)}\"";
        for (var i = 0; i < 30; i++)
        {
            await (await host.Client.SendAsync("POST", "/agents", TestHttp.Card($"big-{i}", filler))).JsonAsync();
        }

        using var response = await host.Client.GetAsync("/agents", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.Headers.TransferEncodingChunked);
        Assert.Null(response.Content.Headers.ContentLength);
        var json = await response.JsonAsync();
        Assert.Equal(30, json.Number("count"));
        Assert.Equal(30, json.GetProperty("agents").GetArrayLength());
    }

    [Fact]
    public async Task Figures()
    {
        await using var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync("POST", "/agents:batch", """
            [{"name":"A","category":"c1","tags":["t1","t2"],"skills":[{"id":"s1"}],"capabilities":{"extensions":[{"uri":"urn:e"}]}},
             {"agent_card":{"name":"B","tags":["t1"]},"enabled":false}]
            """)).JsonAsync();
        var stats = await (await host.Client.SendAsync("GET", "/stats")).JsonAsync();
        Assert.Equal((2, 1, 1, 2, 1, 1, 1), (stats.Number("total"), stats.Number("enabled"), stats.Number("disabled"), stats.Number("tags"),
            stats.Number("categories"), stats.Number("skills"), stats.Number("extensions")));
        Assert.Equal(0, stats.Number("embedding_lag"));
        Assert.Equal(
            """{"tags":[{"tag":"t1","count":2},{"tag":"t2","count":1}],"count":2}""",
            (await (await host.Client.SendAsync("GET", "/tags")).JsonAsync()).GetRawText());
        Assert.Equal(
            """{"categories":[{"category":"c1","count":1}],"count":1}""",
            (await (await host.Client.SendAsync("GET", "/categories")).JsonAsync()).GetRawText());
    }

    private static async Task<RestHost> WithAgentsAsync(int count)
    {
        var host = await RestHost.StartAsync();
        var body = "[" + string.Join(',', Enumerable.Range(0, count).Select(i => TestHttp.Card($"agent-{i}"))) + "]";
        await (await host.Client.SendAsync("POST", "/agents:batch", body)).JsonAsync();
        return host;
    }
}
