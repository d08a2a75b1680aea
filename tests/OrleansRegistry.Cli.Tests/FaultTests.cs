using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

/// <summary>What proxies, other servers and bad days make of answers.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData(200, "<html>", "text/html", 1, "answered something that is not JSON: is it a registry?")]
    [InlineData(502, "<html>Bad gateway", "text/html", 5, "answered 502 Bad Gateway.")]
    [InlineData(500, """{"detail":"It broke"}""", "application/problem+json", 1, "registry: It broke")]
    [InlineData(403, """{"detail":"Not yours","field":"id"}""", "application/problem+json", 4, "registry: Not yours (field: id)")]
    [InlineData(401, """["detail"]""", "application/json", 4, "answered 401")]
    [InlineData(404, """{"detail":"bad \u001b[31m\nword"}""", "application/json", 3, "registry: bad \\u001b[31m\\nword")]
    public async Task Answers_that_are_no_registrys_are_told_in_one_line(int status, string body, string type, int code, string message)
    {
        // A gateway that does not reach the registry is asked again.
        await using var server = await ScriptedServer.StartAsync([.. Enumerable.Repeat(ScriptedServer.Say(status, body, type), 4)]);
        var ran = await server.Cli.RunAsync("agents", "get", "a");
        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_write_that_may_have_happened_is_sent_again_as_the_same()
    {
        var busy = ScriptedServer.Say(503, """{"detail":"Busy"}""", retryAfter: 0);
        await using var server = await ScriptedServer.StartAsync(
            busy, busy, ScriptedServer.Say(200, """{"agent_id":"a","created":true,"revision":7,"warnings":[]}"""));
        var ran = await server.Cli.RunAsync("agents", "register", folder.Write("a.json", """{"name":"a"}"""));
        Assert.Equal((0, "registered a (revision 7)\n"), (ran.Code, ran.Output));
        Assert.Equal(3, server.Requests.Count);
        Assert.Single(server.Requests.Select(request => (string?)request.Headers["Idempotency-Key"]).Distinct());
        Assert.NotNull((string?)server.Requests[0].Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_registry_that_stays_busy_is_given_up()
    {
        var busy = ScriptedServer.Say(503, """{"detail":"Busy"}""", retryAfter: 0);
        await using var server = await ScriptedServer.StartAsync(busy, busy, busy, busy, busy);
        var ran = await server.Cli.RunAsync("agents", "get", "a");
        Assert.Equal((5, "registry: Busy\n", 4), (ran.Code, ran.Error, server.Requests.Count));
    }

    [Fact]
    public async Task A_tail_goes_on_where_it_was_cut_and_says_so()
    {
        var isSeen = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Events("event: task\nid: 5\ndata: {\"status\":{\"state\":\"TASK_STATE_WORKING\"}}\n\n", cutAfter: isSeen.Task),
            ScriptedServer.Events("event: bye\ndata: {\"reason\":\"stopping\"}\n\n"),
            ScriptedServer.Events("event: update\nid: 6\ndata: {\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}\n\n"));
        await using var tail = server.Cli.Follow("tasks", "tail", "t1", "--json");
        Assert.Contains("WORKING", await tail.NextAsync(), StringComparison.Ordinal);
        isSeen.SetResult();
        Assert.Contains("COMPLETED", await tail.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await tail.Ended);
        Assert.Equal([null, "5", "5"], server.Requests.Select(request => (string?)request.Headers["Last-Event-ID"]));
        Assert.Contains("Trying again.", tail.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weather", "/agents/weather")]
    [InlineData("a b", "/agents/a%20b")]
    [InlineData("a/b", "/agents/~?id=a%2Fb")]
    [InlineData("..", "/agents/~?id=..")]
    [InlineData("~", "/agents/~?id=~")]
    [InlineData("x:enable", "/agents/~?id=x%3Aenable")]
    public async Task Ids_reach_the_registry_whatever_is_in_them(string id, string path)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(200, "{}"));
        await server.Cli.DoAsync("agents", "get", id);
        Assert.Equal(path, server.Requests[0].Target);
    }

    public void Dispose() => folder.Dispose();
}
