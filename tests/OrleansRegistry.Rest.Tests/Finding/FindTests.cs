using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class FindTests
{
    private const string Agents = """
        [{"name":"Weather","tags":["sky","eu"],"description":"rain in the next days","url":"https://w.example/rpc","skills":[{"id":"forecast"}]},
         {"name":"Storm","tags":["sky"],"description":"rain","skills":[{"id":"forecast"}]},{"name":"Chess","description":"plays"}]
        """;

    [Fact]
    public async Task Agents_are_had_by_ids_by_URL_and_by_likeness()
    {
        await using var host = await StartAsync();
        var got = await (await host.Client.SendAsync("POST", "/agents:get", """{"agent_ids":["Storm","none","Weather"]}""")).JsonAsync();
        Assert.Equal(["Storm", "Weather"], Ids(got.GetProperty("agents")));
        Assert.Equal("""["none"]""", got.GetProperty("missing").GetRawText());
        var one = await (await host.Client.SendAsync("GET", "/agents/Storm")).JsonAsync();
        Assert.Equal(one.GetRawText(), got.GetProperty("agents")[0].GetRawText());

        var url = Uri.EscapeDataString("https://W.example:443/rpc/");
        var found = await (await host.Client.SendAsync("GET", "/agents:lookup?url=" + url)).JsonAsync();
        Assert.Equal((1, "Weather"), (found.Number("total"), found.GetProperty("agents")[0].Text("agent_id")));

        var similar = await (await host.Client.SendAsync("GET", "/agents/Weather/similar?not.tag=eu&limit=5")).JsonAsync();
        Assert.Equal("Storm", similar.GetProperty("agents")[0].GetProperty("agent").Text("agent_id"));
        Assert.Equal("""["forecast"]""", similar.GetProperty("agents")[0].GetProperty("skills").GetRawText());
        Assert.Equal(1, similar.GetProperty("agents").GetArrayLength());
    }

    [Fact]
    public async Task A_job_is_matched_with_the_reasons()
    {
        await using var host = await StartAsync();
        var found = await (await host.Client.SendAsync("POST", "/agents:match", """
            {"text":"rain in the next days","required":{"skill":"forecast"},"preferred":{"tags":["eu","fast"]},"not":{"tag":"beta"},
            "max_open_tasks":3,"min_success_rate":0.5,"order":"best","limit":5}
            """)).JsonAsync();
        Assert.Equal(2, found.Number("found"));
        var best = found.GetProperty("agents")[0];
        Assert.Equal("Weather", best.GetProperty("agent").Text("agent_id"));
        Assert.Equal("""{"tag":["eu"]}""", best.GetProperty("preferred").GetRawText());
        Assert.Equal("""{"tag":["fast"]}""", best.GetProperty("missing").GetRawText());
        Assert.Equal(["text", "preferred", "success", "load"], best.GetProperty("parts").EnumerateArray().Select(part => part.Text("part")));
        Assert.Equal("description", best.GetProperty("highlights")[0].Text("field"));
        var all = await (await host.Client.SendAsync("POST", "/agents:match", """{"required":{"skill":"forecast"}}""")).JsonAsync();
        Assert.Equal(2, all.Number("found"));
    }

    [Theory]
    [InlineData("POST", "/agents:get", "{}", "agent_ids")]
    [InlineData("POST", "/agents:get", """{"agent_ids":[]}""", "agent_ids")]
    [InlineData("POST", "/agents:get", """{"agent_ids":["a",""]}""", "agent_ids[1]")]
    [InlineData("POST", "/agents:get", """{"ids":["a"]}""", "ids")]
    [InlineData("POST", "/agents:match", """{"order":"first"}""", "order")]
    [InlineData("POST", "/agents:match", """{"limit":101}""", "limit")]
    [InlineData("POST", "/agents:match", """{"required":{"colour":"red"}}""", "required.colour")]
    [InlineData("POST", "/agents:match", """{"preferred":{"delivery":"mail"}}""", "preferred.delivery")]
    [InlineData("POST", "/agents:match", """{"min_success_rate":"high"}""", "min_success_rate")]
    [InlineData("POST", "/agents:match", """{"min_success_rate":2}""", "min_success_rate")]
    [InlineData("POST", "/agents:match", """{"max_open_tasks":-1}""", "max_open_tasks")]
    [InlineData("GET", "/agents:lookup", null, "url")]
    [InlineData("GET", "/agents:lookup?url=x&limit=0", null, "limit")]
    [InlineData("GET", "/agents/Weather/similar?limit=101", null, "limit")]
    [InlineData("GET", "/agents/Weather/similar?q=x", null, "q")]
    public async Task What_is_wrong_is_named(string method, string path, string? body, string field)
    {
        await using var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync(method, path, body)).ProblemAsync(400, field);
    }

    [Fact]
    public async Task Nothing_is_like_an_agent_that_there_is_not()
    {
        await using var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync("GET", "/agents/none/similar")).ProblemAsync(404, "agent_id");
    }

    private static async Task<RestHost> StartAsync()
    {
        var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync("POST", "/agents:batch", Agents)).JsonAsync();
        return host;
    }

    private static IEnumerable<string?> Ids(JsonElement agents) => agents.EnumerateArray().Select(agent => agent.Text("agent_id"));
}
