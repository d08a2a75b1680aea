namespace OrleansRegistry.Rest.Tests;

/// <summary>A path never reaches another thing than it names, and no condition is passed over.</summary>
public sealed class HonestPathTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Theory]
    [InlineData("DELETE", "/tasks/.?confirm=true")]
    [InlineData("DELETE", "/tasks/./?confirm=true")]
    [InlineData("DELETE", "/tasks/%2e?confirm=true")]
    [InlineData("DELETE", "/tasks/%2E?confirm=true")]
    [InlineData("DELETE", "/tasks/x/..?confirm=true")]
    [InlineData("DELETE", "/tasks/x/%2e%2E?confirm=true")]
    [InlineData("DELETE", "/tasks/x/.%2e?confirm=true")]
    [InlineData("DELETE", "/./tasks?confirm=true")]
    [InlineData("DELETE", "/x/../tasks?confirm=true")]
    [InlineData("DELETE", "/extensions/../tasks?confirm=true")]
    [InlineData("DELETE", "/tasks/?confirm=true")]
    [InlineData("GET", "/tasks/.")]
    [InlineData("GET", "/agents/..")]
    [InlineData("GET", "/agents/%2e")]
    [InlineData("GET", "/agents/x/../tidy")]
    [InlineData("GET", "/x/../agents/tidy")]
    [InlineData("GET", "/agents/./tidy")]
    [InlineData("GET", "/agents/x/%2e%2e/tidy")]
    [InlineData("GET", "/agents/%2E%2E/agents")]
    [InlineData("PUT", "/agents/%2e")]
    [InlineData("POST", "/tasks/.")]
    [InlineData("GET", "/contexts/.")]
    [InlineData("PATCH", "/contexts/x/../y")]
    public async Task Dot_segments_are_refused(string method, string path)
    {
        var task = await client.SubmitAsync();
        var (status, answer) = await TestHttp.RawAsync(
            host.Host.Address,
            $"{method} {path} HTTP/1.1\r\nHost: {host.Host.Address.Authority}\r\nX-Registry-Tenant: {client.Tenant}\r\nContent-Length: "
                + "0\r\nConnection: close\r\n\r\n");
        Assert.True(status == 400, answer);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        await client.GetAsync($"/tasks/{task.Text("id")}");
    }

    [Theory]
    [InlineData("//tasks")]
    [InlineData("/tasks//events")]
    [InlineData("/agents//card")]
    [InlineData("/contexts//tasks")]
    public async Task Empty_segments_reach_nothing(string path)
    {
        var (status, answer) = await TestHttp.RawGetAsync(host.Host.Address, path);
        Assert.True(status is 400 or 404, answer);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("taskId")]
    [InlineData("contextId")]
    [InlineData("agentId")]
    public async Task No_write_makes_such_an_id(string member)
    {
        foreach (var id in (string[])[".", ".."])
        {
            await (await client.SendAsync("POST", "/tasks", $$"""{"message":{{TaskClient.Message("x")}},"{{member}}":"{{id}}"}""")).ProblemAsync(400);
            await (await client.SendAsync("POST", "/agents", TestHttp.Card(id))).ProblemAsync(400);
            await (await client.SendAsync("POST", "/agents", $$"""{"agent_id":"{{id}}","agent_card":{{TestHttp.Card("x")}}}""")).ProblemAsync(400);
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"1\"")]
    [InlineData("\"x\"")]
    [InlineData("W/\"1\"")]
    public async Task A_condition_on_what_is_not_there_is_told_alike_however_it_is_put(string tag)
    {
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("PATCH", "/agents/none", """{"enabled":true}"""), ("DELETE", "/agents/none", null),
            ("POST", "/agents/none:enable", null), ("POST", "/agents/none:disable", null),
            ("PATCH", "/tasks/none", """{"state":"working"}"""), ("POST", "/tasks/none:cancel", null),
            ("POST", "/tasks/none:compareAndSet", """{"from":"submitted","to":"working"}""")])
        {
            await (await client.SendAsync(method, path, body, ("If-Match", tag))).ProblemAsync(404);
        }

        // These would make it.
        var message = TaskClient.Message("x");
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("PUT", "/agents/none", TestHttp.Card(
                "none")), ("PATCH", "/contexts/none", """{"data":{"a":1}}"""), ("POST", "/contexts/none/messages", $$"""{"message":{{message}}}"""),
            ("POST", "/tasks", $$"""{"taskId":"none","message":{{message}}}""")])
        {
            await (await client.SendAsync(method, path, body, ("If-Match", tag))).ProblemAsync(412);
        }

        await (await client.SendAsync("GET", "/contexts/none")).ProblemAsync(404);
        await (await client.SendAsync("GET", "/tasks/none")).ProblemAsync(404);
    }

    [Theory]
    [InlineData("/agents:batch", "[]")]
    [InlineData("/agents/search", "{}")]
    [InlineData("/jsonrpc", "{}")]
    public async Task A_condition_that_a_request_cannot_have_is_refused(string path, string body)
    {
        await (await client.SendAsync("POST", path, body, ("If-Match", "\"1\""))).ProblemAsync(400, "If-Match");
        await (await client.SendAsync("POST", path, body, ("If-None-Match", "*"))).ProblemAsync(400, "If-None-Match");
    }

    [Fact]
    public async Task A_weak_tag_that_a_proxy_made_of_ours_matches_reads_and_is_explained_to_writes()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        var tag = (await client.SendAsync("GET", path)).One("ETag");
        Assert.Equal(304, (int)(await client.SendAsync("GET", path, null, ("If-None-Match", $"W/{tag}"))).StatusCode);
        Assert.Contains(
            "weak",
            (await (await client.SendAsync("PATCH", path, """{"state":"working"}""", ("If-Match", $"W/{tag}"))).ProblemAsync(412)).Text("detail"),
            StringComparison.Ordinal);

        await (await client.SendAsync("PUT", "/agents/a", TestHttp.Card("a"))).JsonAsync(System.Net.HttpStatusCode.Created);
        tag = (await client.SendAsync("GET", "/agents/a")).One("ETag");
        Assert.Equal(304, (int)(await client.SendAsync("GET", "/agents/a", null, ("If-None-Match", $"W/{tag}"))).StatusCode);
        Assert.Contains(
            "weak",
            (await (await client.SendAsync("DELETE", "/agents/a", null, ("If-Match", $"W/{tag}"))).ProblemAsync(412)).Text("detail"),
            StringComparison.Ordinal);
    }
}
