using OrleansRegistry.Agents;
using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Who may claim the tasks of an agent, and who says so.</summary>
public sealed class WorkerTests(TrustingHost host)
{
    private const string Claim = """{"worker":"w","waitSeconds":0}""";

    private readonly TaskClient registrant = host.NewTenant() with { Subject = "registrant" };

    private TaskClient Customer => registrant with { Subject = "customer" };

    private TaskClient Mallory => registrant with { Subject = "mallory" };

    [Fact]
    public async Task The_registrant_of_an_agent_is_its_worker_and_nobody_else()
    {
        await RegisterAsync();
        var task = await Customer.SubmitAsync(more: ",\"agentId\":\"a\"");
        await (await Mallory.SendAsync("POST", "/agents/a/tasks:claim", Claim)).ProblemAsync(403, "agent_id");
        await (await Customer.SendAsync("POST", "/agents/a/tasks:claim", Claim)).ProblemAsync(403, "agent_id");
        Assert.Equal(task.Text("id"), (await (await registrant.SendAsync("POST", "/agents/a/tasks:claim", Claim)).JsonAsync()).Text("id"));
    }

    [Fact]
    public async Task The_workers_that_the_registrant_names_take_its_place_and_can_be_changed()
    {
        await RegisterAsync(""","workers":["w1","w2"]""");
        var agent = await registrant.GetAsync("/agents/a");
        Assert.Equal("registrant", agent.Text("owner"));
        Assert.Equal(["w1", "w2"], agent.GetProperty("workers").EnumerateArray().Select(worker => worker.GetString()!));
        Assert.Equal(HttpStatusCode.NoContent, (await ClaimAsync("w2")).StatusCode);
        await (await ClaimAsync("registrant")).ProblemAsync(403);

        await (await registrant.SendAsync("PATCH", "/agents/a", """{"workers":["*"]}""")).JsonAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await ClaimAsync("mallory")).StatusCode);
        await (await registrant.SendAsync("PUT", "/agents/a/card", TestHttp.Card("a"))).JsonAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await ClaimAsync("mallory")).StatusCode);
        await (await registrant.SendAsync("PATCH", "/agents/a", """{"workers":[]}""")).JsonAsync();
        await (await ClaimAsync("mallory")).ProblemAsync(403);
        Assert.Equal(HttpStatusCode.NoContent, (await ClaimAsync("registrant")).StatusCode);
    }

    [Fact]
    public async Task Another_subject_can_neither_name_workers_nor_remove_the_agent_to_register_it_anew()
    {
        await RegisterAsync();
        await (await Mallory.SendAsync("PATCH", "/agents/a", """{"workers":["mallory"]}""")).ProblemAsync(403, "workers");
        await (await Mallory.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{TestHttp.Card("a")}},"workers":["mallory"]}""")).ProblemAsync(
            403,
            "workers");
        await (await Mallory.SendAsync("DELETE", "/agents/a")).ProblemAsync(403);
        var batch = await (await Mallory.SendAsync("POST", "/agents:batch", $$"""[{"agent_card":{{TestHttp.Card("a")}},"workers":["mallory"]}]"""))
            .JsonAsync();
        Assert.Equal(403, batch.GetProperty("results")[0].Number("status"));
        var remove = """{"jsonrpc":"2.0","id":1,"method":"unregister_agent","params":{"agent_id":"a"}}""";
        Assert.Equal(
            403,
            (await (await Mallory.SendAsync("POST", "/jsonrpc", remove)).JsonAsync()).GetProperty("error").GetProperty("data").Number("status"));

        var replaced = await (await Mallory.SendAsync(
            "PUT",
            "/agents/a",
            TestHttp.Card("a", ""","provider":{"organization":"Mallory","url":"https://m.example"}"""))).JsonAsync();
        Assert.Contains("belongs to 'registrant'", replaced.GetProperty("warnings").ToString(), StringComparison.Ordinal);
        await (await ClaimAsync("mallory")).ProblemAsync(403);
        Assert.Equal("registrant", (await Mallory.GetAsync("/agents/a")).Text("owner"));
        var back = await (await registrant.SendAsync("PUT", "/agents/a", TestHttp.Card("a"))).JsonAsync();
        Assert.Contains("another provider, 'Mallory'", back.GetProperty("warnings").ToString(), StringComparison.Ordinal);
        await (await registrant.SendAsync("DELETE", "/agents/a")).JsonAsync();
    }

    [Fact]
    public async Task Of_an_agent_that_nobody_registered_a_caller_gets_its_own_tasks_only()
    {
        var waiting = Mallory.SendAsync("POST", "/agents/nobody/tasks:claim", """{"worker":"w","waitSeconds":30}""");
        await Customer.SubmitAsync(more: ",\"agentId\":\"nobody\"");
        Assert.Equal(HttpStatusCode.NoContent, (await Mallory.SendAsync("POST", "/agents/nobody/tasks:claim", Claim)).StatusCode);
        var own = await Mallory.SubmitAsync(more: ",\"agentId\":\"nobody\"");
        Assert.Equal(own.Text("id"), (await (await waiting).JsonAsync()).Text("id"));
    }

    [Theory]
    [InlineData("\"w\"", "workers")]
    [InlineData("[1]", "workers[0]")]
    [InlineData("[\"\"]", "workers[0]")]
    [InlineData("[\"ok\",\"a\\u0000b\"]", "workers[1]")]
    public async Task Workers_that_are_not_subjects_are_refused(string workers, string field)
    {
        await (await registrant.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{TestHttp.Card("a")}},"workers":{{workers}}}""")).ProblemAsync(
            400,
            field);
        await RegisterAsync();
        await (await registrant.SendAsync("PATCH", "/agents/a", $$"""{"workers":{{workers}}}""")).ProblemAsync(400, field);
        Assert.False((await registrant.GetAsync("/agents/a")).TryGetProperty("workers", out _));
    }

    [Fact]
    public async Task An_agent_names_up_to_a_hundred_workers()
    {
        string Workers(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"w{i}\""));
        await RegisterAsync($",\"workers\":[{Workers(AgentWorkers.MaxCount)}]");
        await (await registrant.SendAsync("PATCH", "/agents/a", $$"""{"workers":[{{Workers(AgentWorkers.MaxCount + 1)}}]}""")).ProblemAsync(
            400,
            "workers");
    }

    private async Task RegisterAsync(string more = "") =>
        await (await registrant.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{TestHttp.Card("a")}}{{more}}}""")).JsonAsync(
            HttpStatusCode.Created);

    private Task<HttpResponseMessage> ClaimAsync(string subject) =>
        (registrant with { Subject = subject }).SendAsync("POST", "/agents/a/tasks:claim", Claim);
}
