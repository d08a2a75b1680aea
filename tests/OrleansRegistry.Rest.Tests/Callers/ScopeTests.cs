using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Reads across owners, by a header that a gateway in front grants.</summary>
public sealed class ScopeTests(TrustingHost trusting)
{
    private static readonly (string Name, string Value) All = ("X-Registry-Scope", "tenant");

    [Fact]
    public async Task A_caller_who_is_granted_it_reads_lists_and_counts_across_owners()
    {
        await using var host = await RestHost.StartAsync(options => (options.TrustCallerHeaders, options.TrustScopeHeader) = (true, true));
        var ann = new TaskClient(host.Client, "t", "ann");
        var bob = new TaskClient(host.Client, "t", "bob");
        var eve = new TaskClient(host.Client, "t", "eve");
        var other = new TaskClient(host.Client, "u", "ann");
        await ann.SubmitAsync("of ann", ""","taskId":"a","contextId":"ca" """);
        await bob.SubmitAsync("of bob", ""","taskId":"b","contextId":"cb" """);
        await other.SubmitAsync("of another tenant", ""","taskId":"c","contextId":"cc" """);
        await (await bob.SendAsync("POST", "/tasks/b/feedback", "{}")).JsonAsync(HttpStatusCode.Created);
        await (await bob.SendAsync("POST", "/tasks/b/pushNotificationConfigs", """{"id":"w","url":"http://example.org","token":"secret"}"""))
            .JsonAsync();

        foreach (var path in (string[])["/tasks/b", "/tasks/b/messages", "/tasks/b/artifacts", "/tasks/b/feedback", "/tasks/b/owner", "/contexts/cb",
            "/contexts/cb/messages", "/contexts/cb/tasks"])
        {
            var seen = await eve.SendAsync("GET", path, null, All);
            await seen.JsonAsync();
            Assert.Contains("X-Registry-Scope", seen.Headers.Vary);
            await (await eve.SendAsync("GET", path)).ProblemAsync(404);
            await (await other.SendAsync("GET", path, null, All)).ProblemAsync(404);
        }

        Assert.Equal(["b", "a"], Ids(await (await eve.SendAsync("GET", "/tasks", null, All)).JsonAsync(), "tasks"));
        Assert.Equal(["b"], Ids(await (await eve.SendAsync("GET", "/tasks?context_id=cb", null, All)).JsonAsync(), "tasks"));
        Assert.Equal(2, (await (await eve.SendAsync("GET", "/tasks:count", null, All)).JsonAsync()).Number("total"));
        var contexts = (await (await eve.SendAsync("GET", "/contexts", null, All)).JsonAsync()).GetProperty("contexts").EnumerateArray().ToArray();
        Assert.Equal(
            [("cb", "bob", 1), ("ca", "ann", 1)],
            contexts.Select(context => (context.Text("id"), context.Text("owner"), context.Number("taskCount"))));
        Assert.Empty(Ids(await eve.GetAsync("/tasks"), "tasks"));
        await using (var events = await EventReader.OpenAsync(host.Client, "/tasks/b/events", [All, .. eve.Headers()]))
        {
            await events.NextAsync("task");
            await (await bob.SendAsync("PATCH", "/tasks/b", """{"state":"working"}""")).JsonAsync();
            await events.NextAsync("update");
        }

        await (await eve.SendAsync("GET", "/tasks/b/pushNotificationConfigs", null, All)).ProblemAsync(404);
        await (await eve.SendAsync("PATCH", "/tasks/b", """{"state":"working"}""", All)).ProblemAsync(404);
        await (await eve.SendAsync("POST", "/tasks/b/feedback", "{}", All)).ProblemAsync(404);
        await (await eve.SendAsync("DELETE", "/tasks/b", null, All)).ProblemAsync(404);
        await (await eve.SendAsync("DELETE", "/contexts/cb", null, All)).ProblemAsync(404);
        await (await eve.SendAsync("DELETE", "/tasks?confirm=true", null, All)).JsonAsync();
        Assert.Equal(2, (await (await eve.SendAsync("GET", "/tasks:count", null, All)).JsonAsync()).Number("total"));
        await (await eve.SendAsync("GET", "/tasks", null, ("X-Registry-Scope", "world"))).ProblemAsync(400, "X-Registry-Scope");
    }

    [Fact]
    public async Task Without_the_setting_it_is_refused()
    {
        var client = trusting.NewTenant();
        await (await client.SendAsync("GET", "/tasks", null, All)).ProblemAsync(403, "X-Registry-Scope");
        await client.GetAsync("/tasks");
    }

    private static IEnumerable<string> Ids(System.Text.Json.JsonElement page, string name) =>
        page.GetProperty(name).EnumerateArray().Select(item => item.Text("id"));
}
