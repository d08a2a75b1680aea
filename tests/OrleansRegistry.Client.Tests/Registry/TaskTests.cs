using System.Text;

namespace OrleansRegistry.Client.Tests;

/// <summary>Tasks and contexts through the client, beside what the registry itself has.</summary>
public sealed class TaskTests(ClientHost host)
{
    private readonly Caller caller = ClientHost.NewCaller();

    private ITaskRegistry Tasks => host.Client.Tasks;

    [Fact]
    public async Task A_task_read_through_the_client_is_the_one_that_the_registry_has()
    {
        var message = ClientHost.Json("""{ "role":"ROLE_USER", "messageId":"m1", "parts":[{"text":"ä\u00e4 €"}], "x":1.0 }""");
        var submitted = await Tasks.SubmitAsync(caller, new TaskSubmission(message)
        {
            TaskId = "a/b ü",
            ContextId = "c?",
            AgentId = "a",
            Metadata = ClientHost.Json("""{"n": 1e2}"""),
            Deadline = DateTimeOffset.UtcNow.AddDays(1),
            AcceptedOutputModes = ["text/plain", "image/*"],
        });
        Assert.True(submitted is { Created: true, Repeated: false });
        await Tasks.UpdateAsync(caller, "a/b ü", new TaskUpdate
        {
            State = TaskState.Working,
            StatusMessage = TextMessage.Agent("at it", "m2"),
            Messages = [TextMessage.Agent("more", "m3")],
            Artifacts = [ArtifactUpdate.Text("x/y", "one"), new(ClientHost.Json("""{"artifactId":"x/y","parts":[{"text":"two"}]}"""), Append: true)],
        });
        await SameAsync(default);
        await SameAsync(new TaskView(1, Artifacts: false));
        await SameAsync(new TaskView { WithoutHistory = true });
        await SameAsync(new TaskView { HeadOnly = true, Consistency = ReadConsistency.Strong });
        var task = (await Tasks.GetAsync(caller, "a/b ü"))!;
        Assert.Equal(Encoding.UTF8.GetString(message.Span), task.History[0].ToString());
        Assert.Contains("two", (await Tasks.GetArtifactAsync(caller, "a/b ü", "x/y"))!.Value.ToString(), StringComparison.Ordinal);

        async Task SameAsync(TaskView view)
        {
            var expected = (await host.LocalTasks.GetAsync(caller, "a/b ü", view, ClientHost.Cancellation))!;
            var found = (await Tasks.GetAsync(caller, "a/b ü", view, ClientHost.Cancellation))!;
            Assert.Equal(expected.History, found.History);
            Assert.Equal(expected.Artifacts, found.Artifacts);
            Assert.Equal(["text/plain", "image/*"], found.AcceptedOutputModes);
            Assert.Equal(
                expected with { History = [], Artifacts = [], AcceptedOutputModes = [], TraceParent = null },
                found with { History = [], Artifacts = [], AcceptedOutputModes = [] });
        }
    }

    [Fact]
    public async Task A_reply_is_one()
    {
        var task = (await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")))).Task;
        var update = new TaskUpdate { State = TaskState.Completed, StatusMessage = TextMessage.Agent("hello", "m2"), Reply = true };
        Assert.True((await Tasks.UpdateAsync(caller, task.Id, update)).IsReply);
        Assert.True((await host.LocalTasks.GetAsync(caller, task.Id))!.IsReply);
    }

    [Fact]
    public async Task The_same_message_makes_one_task_and_says_so()
    {
        var first = await Tasks.SubmitAsync(caller, new(TextMessage.User("hello", "m1")));
        var again = await Tasks.SubmitAsync(caller, new(TextMessage.User("hello", "m1")));
        Assert.Equal((first.Task.Id, false, true), (again.Task.Id, again.Created, again.Repeated));
        var unnamed = ClientHost.Json("""{"role":"ROLE_USER","parts":[{"text":"hello"}]}""");
        var keyed = await Tasks.SubmitAsync(caller, new TaskSubmission(unnamed) { IdempotencyKey = "k" });
        Assert.Equal(keyed.Task.Id, (await Tasks.SubmitAsync(caller with { IdempotencyKey = "k" }, new(unnamed))).Task.Id);
        Assert.NotEqual((await Tasks.SubmitAsync(caller, new(unnamed))).Task.Id, (await Tasks.SubmitAsync(caller, new(unnamed))).Task.Id);
    }

    [Fact]
    public async Task Lists_counts_and_pages_are_those_of_the_registry()
    {
        for (var i = 0; i < 5; i++)
        {
            var agent = i < 2 ? "a" : "b";
            await Tasks.SubmitAsync(caller, new(TextMessage.User("hello", $"m{i}")) { TaskId = $"t{i}", ContextId = "c", AgentId = agent });
        }

        await Tasks.UpdateAsync(caller, "t0", new TaskUpdate { State = TaskState.Completed });
        var query = new TaskQuery { ContextId = "c", PageSize = 2, CountTotal = true, View = new TaskView(1) };
        var ids = new List<string>();
        for (string? token = null; ;)
        {
            var page = await Tasks.ListAsync(caller, query with { PageToken = token });
            Assert.Equal(5, page.Total);
            Assert.All(page.Tasks, task => Assert.Single(task.History));
            ids.AddRange(page.Tasks.Select(task => task.Id));
            token = page.NextPageToken;
            if (token is null)
            {
                break;
            }
        }

        Assert.Equal(["t0", "t1", "t2", "t3", "t4"], ids.Order());

        // The task that changes is one of those that are left, and goes to the front.
        var first = await Tasks.ListAsync(caller, query with { Stable = true });
        var changed = ids.Except(first.Tasks.Select(task => task.Id)).Order().Last();
        await Tasks.UpdateAsync(caller, changed, new TaskUpdate { State = TaskState.Working });
        var rest = await Tasks.ListAsync(caller, query with { Stable = true, PageSize = 50, PageToken = first.NextPageToken });
        Assert.Equal(ids.Order(), first.Tasks.Concat(rest.Tasks).Select(task => task.Id).Order());
        Assert.Empty((await Tasks.ListAsync(caller, new TaskQuery { AgentId = "a" })).Tasks[0].History);
        Assert.Single((await Tasks.ListAsync(caller, new TaskQuery { States = [TaskState.Completed, TaskState.Failed] })).Tasks);
        Assert.Single((await Tasks.ListAsync(caller, new TaskQuery { AgentId = "a", States = [TaskState.Submitted] })).Tasks);
        Assert.Empty((await Tasks.ListAsync(caller, new TaskQuery { UpdatedSince = DateTimeOffset.UtcNow.AddHours(1) })).Tasks);
        Assert.Equal(
            await host.LocalTasks.CountAsync(caller, new TaskQuery { AgentId = "b" }),
            await Tasks.CountAsync(caller, new TaskQuery { AgentId = "b" }));
        Assert.Empty((await Tasks.ListAsync(caller with { Subject = "other" })).Tasks);
        Assert.Equal(5, (await Tasks.ListAsync(caller with { Subject = "other", SeesAllOwners = true })).Tasks.Count);
    }

    [Fact]
    public async Task Messages_artifacts_webhooks_and_feedback_are_read_page_by_page()
    {
        await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")) { TaskId = "t" });
        await Tasks.UpdateAsync(caller, "t", new TaskUpdate
        {
            Messages = [TextMessage.User("2", "m2"), TextMessage.User("3", "m3")],
            Artifacts = [ArtifactUpdate.Text("a", "one"), ArtifactUpdate.Text("b", "two")],
        });
        var first = await Tasks.ReadHistoryAsync(caller, "t", 2);
        var second = await Tasks.ReadHistoryAsync(caller, "t", 2, first.NextPageToken);
        Assert.Equal((0L, 3L, 2L, 1), (first.First, first.Total, second.First, second.Items.Count));
        Assert.Null(second.NextPageToken);
        var artifacts = await Tasks.ReadArtifactsAsync(caller, "t", 1);
        Assert.Equal((0L, 2L, false), (artifacts.First, artifacts.Total, artifacts.Continues));
        Assert.NotNull(artifacts.NextPageToken);

        var config = ClientHost.Json("""{"url":"https://example.com/hook","token":"s"}""");
        Assert.Equal("w/1", (await Tasks.SaveWebhookAsync(caller, "t", config, "w/1")).Id);
        var other = await Tasks.SaveWebhookAsync(caller, "t", config);
        Assert.Equal(new[] { "w/1", other.Id }.Order(StringComparer.Ordinal), (await Tasks.ListWebhooksAsync(caller, "t")).Select(hook => hook.Id));
        Assert.Single((await Tasks.ListAsync(caller, new TaskQuery { HasWebhook = true })).Tasks);
        await Tasks.DeleteWebhookAsync(caller, "t", "w/1");
        await Tasks.DeleteWebhookAsync(caller, "t", "w/1");
        Assert.Single(await Tasks.ListWebhooksAsync(caller, "t"));

        var said = await Tasks.AddFeedbackAsync(caller, "t", ClientHost.Json("""{"rating": 5}"""));
        Assert.Equal(said, Assert.Single((await Tasks.ListFeedbackAsync(caller, "t")).Items));
        await Tasks.DeleteAsync(caller, "t");
        Assert.Null(await Tasks.GetAsync(caller, "t"));
    }

    [Fact]
    public async Task A_task_is_put_whole_claimed_renewed_and_released()
    {
        var put = await Tasks.PutAsync(caller, "t", new TaskPut(TaskState.Submitted)
        {
            AgentId = "own",
            Messages = [TextMessage.User("1", "m1")],
            StatusAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
        });
        Assert.True(put.Created);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(20_000), put.Task.Status.Timestamp);
        var claimed = (await Tasks.ClaimAsync(caller, "own", new TaskClaim("w") { Lease = TimeSpan.FromSeconds(30) }))!;
        Assert.Equal(TaskState.Working, claimed.Status.State);
        Assert.Single(claimed.History);
        var token = claimed.Lease!.Token;
        Assert.NotEmpty(token);
        var renewed = await Tasks.RenewAsync(caller, "t", token, TimeSpan.FromMinutes(10));
        Assert.True(renewed.Lease!.ExpiresAt > claimed.Lease.ExpiresAt);
        Assert.Equal("w", (await Tasks.GetAsync(caller with { Subject = "x" }, "t", new TaskView { LeaseToken = token }))!.Lease!.Worker);
        Assert.Equal(TaskState.Submitted, (await Tasks.ReleaseAsync(caller, "t", token)).Status.State);
        Assert.Equal(TaskState.Canceled, (await Tasks.CancelAsync(caller, "t")).Status.State);
        Assert.True((await Tasks.PutAsync(caller, "t", new TaskPut(TaskState.Failed) { ReplacesFinal = true })).Task.Status.State.IsTerminal());
    }

    [Fact]
    public async Task A_wait_ends_with_the_change()
    {
        var task = (await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")))).Task;
        var waiting = Tasks.WaitAsync(caller, task.Id, task.Generation, TimeSpan.FromSeconds(30), new TaskView { HeadOnly = true });
        var written = await Tasks.UpdateAsync(caller, task.Id, new TaskUpdate { State = TaskState.Working });
        Assert.Equal(written.Generation, (await waiting)!.Generation);
        Assert.Equal(written.Generation, (await Tasks.WaitAsync(caller, task.Id, written.Generation, TimeSpan.Zero))!.Generation);
    }

    [Fact]
    public async Task Contexts_through_the_client_are_those_of_the_registry()
    {
        var contexts = host.Client.Contexts;
        var made = await contexts.UpdateAsync(caller, "c/1", ClientHost.Json("""{"topic":"rain"}"""));
        await contexts.AppendAsync(caller, "c/1", [TextMessage.User("1", "m1"), TextMessage.User("2", "m2")], made.Generation);
        await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")) { TaskId = "t", ContextId = "c/1" });
        var local = (await host.LocalContexts.GetAsync(caller, "c/1"))!;
        var found = (await contexts.GetAsync(caller, "c/1"))!;
        Assert.Equal(local.Context, found.Context);
        Assert.Equal((local.TaskCount, "t"), (found.TaskCount, Assert.Single(found.TaskIds)));
        Assert.Equal(2, (await contexts.ReadMessagesAsync(caller, "c/1")).Total);
        Assert.Equal("c/1", Assert.Single((await contexts.ListAsync(caller)).Contexts).Context.Id);
        Assert.Equal(1, await contexts.ClearAsync(caller, "c/1"));
        Assert.Equal(0, await contexts.DeleteAsync(caller, "c/1"));
        await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")));
        Assert.Equal(new TaskClearing(false, 1, 1), await Tasks.ClearAllAsync(caller));
        Assert.False((await Tasks.GetClearingAsync(caller)).Running);
    }

    [Fact]
    public async Task Events_come_in_order_to_the_last_and_from_where_one_was()
    {
        var task = (await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")) { TaskId = "t" })).Task;
        var seen = new List<TaskEvent>();
        await foreach (var happened in Tasks.WatchAsync(caller, "t", cancellationToken: ClientHost.Cancellation))
        {
            seen.Add(happened);
            if (seen.Count == 1)
            {
                await Tasks.UpdateAsync(caller, "t", new TaskUpdate
                {
                    State = TaskState.Working,
                    Artifacts = [ArtifactUpdate.Text("a", "one") with { LastChunk = true }],
                    Metadata = ClientHost.Json("""{"a":1}"""),
                });
                await Tasks.UpdateAsync(caller, "t", new TaskUpdate { State = TaskState.Completed });
            }
        }

        Assert.Equal([task.Generation, task.Generation + 1, task.Generation + 2], seen.Select(happened => happened.Generation));
        Assert.Single(seen[0].Snapshot!.History);
        Assert.True(seen[1].Artifacts![0] is { LastChunk: true, Append: false });
        Assert.Equal("""{"a":1}""", seen[1].Metadata.ToString());
        Assert.Equal(TaskState.Completed, seen[2].Status!.State);
        Assert.Equal(2, await Tasks.WatchAsync(caller, "t", task.Generation).CountAsync(ClientHost.Cancellation));
        Assert.Equal(0, await Tasks.WatchAsync(caller, "t", task.Generation + 2).CountAsync(ClientHost.Cancellation));
    }

    [Fact]
    public async Task Events_of_a_task_or_context_that_is_deleted_end_with_that()
    {
        await Tasks.SubmitAsync(caller, new(TextMessage.User("1", "m1")) { TaskId = "t", ContextId = "c" });
        await using var events = Tasks.WatchAsync(caller, "t").GetAsyncEnumerator(ClientHost.Cancellation);
        await using var ofContext = host.Client.Contexts.WatchAsync(caller, "c").GetAsyncEnumerator(ClientHost.Cancellation);
        Assert.True(await events.MoveNextAsync());
        Assert.True(await ofContext.MoveNextAsync());
        Assert.Equal("c", ofContext.Current.Snapshot!.Id);
        await host.Client.Contexts.UpdateAsync(caller, "c", ClientHost.Json("""{"a":1}"""));
        await host.Client.Contexts.DeleteAsync(caller, "c");
        Assert.True(await events.MoveNextAsync());
        Assert.True(events.Current is { Deleted: true, TaskId: "t" });
        Assert.False(await events.MoveNextAsync());
        Assert.True(await ofContext.MoveNextAsync());
        Assert.Equal("""{"a":1}""", ofContext.Current.Data.ToString());
        while (!ofContext.Current.Deleted)
        {
            Assert.True(await ofContext.MoveNextAsync());
        }

        Assert.False(await ofContext.MoveNextAsync());
    }
}
