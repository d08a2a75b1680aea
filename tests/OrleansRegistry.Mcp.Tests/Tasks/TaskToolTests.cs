namespace OrleansRegistry.Mcp.Tests.Tasks;

public sealed class TaskToolTests(McpHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_are_listed_by_state_context_and_agent_and_only_the_callers()
    {
        await using var client = await host.ConnectAsync();
        await using var other = await host.ConnectAsync(client.Caller.Tenant, subject: "other");
        await client.DeployAsync("weather");
        var one = await client.CallAsync("send_message", new { agent_id = "weather", text = "One", wait = false });
        var two = await client.CallAsync("send_message", new { agent_id = "weather", text = "Two", wait = false });
        await client.CallAsync("cancel_task", new { task_id = one.Text("task_id") });

        var canceled = await client.CallAsync("list_tasks", new { states = new[] { "TASK_STATE_CANCELED" } });
        Assert.Equal([one.Text("task_id")], canceled.Texts("tasks", "task_id"));
        var of = await client.CallAsync("list_tasks", new { context_id = two.Text("context_id"), agent_id = "weather" });
        Assert.Equal([two.Text("task_id")], of.Texts("tasks", "task_id"));
        Assert.Empty((await other.CallAsync("list_tasks")).Items("tasks"));
        Assert.Equal("not_found", (await other.FailAsync("get_task", new { task_id = one.Text("task_id") })).Text("kind"));
        Assert.Equal("not_found", (await other.FailAsync("cancel_task", new { task_id = two.Text("task_id") })).Text("kind"));
        Assert.Equal("states[0]", (await client.FailAsync("list_tasks", new { states = new[] { "done" } })).Text("field"));

        var contexts = await client.CallAsync("list_contexts");
        Assert.Equal(2, contexts.Items("contexts").Length);
        var context = await client.CallAsync("get_context", new { context_id = two.Text("context_id") });
        Assert.Equal(two.Text("task_id"), Assert.Single(context.Items("task_ids")).GetString());
        Assert.Equal("not_found", (await other.FailAsync("get_context", new { context_id = two.Text("context_id") })).Text("kind"));
    }

    [Fact]
    public async Task A_caller_who_may_sees_what_all_of_the_tenant_own_and_changes_nothing_of_it()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var task = await client.CallAsync("send_message", new { agent_id = "weather", text = "One", wait = false });
        (string, string)[] headers =
            [("X-Registry-Tenant", client.Caller.Tenant), ("X-Registry-Subject", "supervisor"), ("X-Registry-Scope", "tenant")];
        var arguments = "{\"task_id\":\"" + task.Text("task_id") + "\"}";
        Assert.Contains("TASK_STATE_SUBMITTED", await host.CallAsync("get_task", arguments, headers), StringComparison.Ordinal);
        var refused = await host.CallAsync("cancel_task", arguments, headers);
        Assert.Contains("\"kind\":\"not_found\"", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_artifacts_and_feedback_are_read_page_by_page()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var sent = await client.CallAsync("send_message", new { agent_id = "weather", text = "m0", wait = false });
        var id = sent.Text("task_id");
        await host.Tasks.UpdateAsync(
            client.Caller,
            id,
            new TaskUpdate
            {
                Messages = [.. Enumerable.Range(1, 4).Select(i => TextMessage.Agent($"m{i}"))],
                Artifacts = [ArtifactUpdate.Text("a1", "one"), ArtifactUpdate.Text("a2", "two")],
            },
            Cancellation);
        var texts = new List<string>();
        for (string? token = null; ;)
        {
            var page = await client.CallAsync("read_messages", new { task_id = id, page_size = 2, page_token = token });
            Assert.Equal(5, page.GetProperty("total").GetInt32());
            texts.AddRange(page.Items("messages").Select(message => message.Items("parts")[0].Text("text")));
            if ((token = page.Next()) is null)
            {
                break;
            }
        }

        Assert.Equal(["m0", "m1", "m2", "m3", "m4"], texts);
        Assert.Equal(["a1", "a2"], (await client.CallAsync("read_artifacts", new { task_id = id })).Texts("artifacts", "artifactId"));
        Assert.Equal(["a2"], (await client.CallAsync("read_artifacts", new { task_id = id, artifact_id = "a2" })).Texts("artifacts", "artifactId"));
        Assert.Equal("artifact_id", (await client.FailAsync("read_artifacts", new { task_id = id, artifact_id = "a3" })).Text("field"));
        Assert.Equal("task_id", (await client.FailAsync("read_messages", new { })).Text("field"));

        var given = await client.CallAsync("add_feedback", new { task_id = id, feedback = new { rating = 5 } });
        Assert.Equal(1, given.GetProperty("number").GetInt32());
        var feedback = Assert.Single((await client.CallAsync("list_feedback", new { task_id = id })).Items("feedback"));
        Assert.Equal(5, feedback.GetProperty("data").GetProperty("rating").GetInt32());
        Assert.Empty((await client.CallAsync("list_snapshots")).Items("snapshots"));
    }

    [Fact]
    public async Task History_and_artifacts_of_a_task_are_shown_as_asked()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var id = (await client.CallAsync("send_message", new { agent_id = "weather", text = "m0", wait = false })).Text("task_id");
        await host.Tasks.UpdateAsync(
            client.Caller, id, new TaskUpdate { Messages = [TextMessage.Agent("m1")], Artifacts = [ArtifactUpdate.Text("a1", "one")] }, Cancellation);
        var all = await client.CallAsync("get_task", new { task_id = id });
        Assert.Equal((2, 1), (all.Items("history").Length, all.Items("artifacts").Length));
        var bare = await client.CallAsync("get_task", new { task_id = id, history_length = 0, include_artifacts = false });
        Assert.False(bare.TryGetProperty("history", out _) || bare.TryGetProperty("artifacts", out _));
        var newest = await client.CallAsync("get_task", new { task_id = id, history_length = 1 });
        Assert.Equal("m1", Assert.Single(newest.Items("history")).Items("parts")[0].Text("text"));
    }
}
