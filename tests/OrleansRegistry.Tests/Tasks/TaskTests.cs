using System.Text;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class TasksInMemory(MemoryRegistry registry) : TaskTests(registry), IClassFixture<MemoryRegistry>;

public sealed class TasksOnPostgres(PostgresRegistry registry) : TaskTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>The life of one task.</summary>
public abstract class TaskTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task A_task_is_submitted_worked_on_and_completed()
    {
        var submitted = await Tasks.SubmitAsync(
            me,
            new TaskSubmission(Message("m1", "Wetter?")) { ContextId = "c1", Metadata = Bytes("""{"a": 1.0}""") });
        Assert.True(submitted is { Created: true, Repeated: false });
        var id = submitted.Task.Id;
        Assert.Equal(
            ("c1", "alice", 1L, TaskState.Submitted),
            (submitted.Task.ContextId, submitted.Task.Owner, submitted.Task.Changes, submitted.Task.Status.State));

        var working = await Tasks.UpdateAsync(me, id, To(TaskState.Working));
        Assert.Equal((2L, TaskState.Working), (working.Changes, working.Status.State));
        var done = await Tasks.UpdateAsync(me, id, new TaskUpdate
        {
            State = TaskState.Completed,
            StatusMessage = Message("s1", "done"),
            Messages = [Message("m2", "Sonne")],
            Artifacts = [Artifact("a1", "one"), Artifact("a1", "two", append: true, last: true), Artifact("a2", "x")],
            Metadata = Bytes("""{"b":null}"""),
        });
        Assert.Equal((3L, 2L, 2), (done.Changes, done.HistoryCount, done.ArtifactCount));

        var loaded = (await Tasks.GetAsync(me, id))!;
        Assert.Equal(["m1", "m2"], loaded.History.Select(IdOf));
        Assert.Equal(
            [Encoding.UTF8.GetString(Message("m1", "Wetter?").Span), Encoding.UTF8.GetString(Message("m2", "Sonne").Span)],
            loaded.History.Select(message => message.ToString()));
        Assert.Equal("""{"a": 1.0,"b":null}""".Replace(": ", ":"), loaded.Metadata.ToString().Replace(": ", ":"));
        Assert.Contains("1.0", loaded.Metadata.ToString());
        Assert.Equal(["a1", "a2"], loaded.Artifacts.Select(artifact => Member(artifact, "artifactId")));
        Assert.Equal("""[{"text":"one"},{"text":"two"}]""", Member(loaded.Artifacts[0], "parts"));
        Assert.Equal(Message("s1", "done").ToArray(), loaded.Status.Message.Utf8.ToArray());
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData(0, 3)]
    [InlineData(-1, 3)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 3)]
    public async Task History_length_is_the_newest_so_many(int? length, int expected)
    {
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        await Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = [Message("m2"), Message("m3")] });
        var loaded = (await Tasks.GetAsync(me, id, new TaskView(length)))!;
        Assert.Equal(((string[])["m1", "m2", "m3"])[^expected..], loaded.History.Select(IdOf));
        Assert.Equal(3, loaded.HistoryCount);
    }

    [Fact]
    public async Task Continuing_appends_and_submits_again_and_keeps_the_context()
    {
        var first = (await Tasks.Submit(me, "m1", contextId: "c")).Task;
        await Tasks.UpdateAsync(me, first.Id, To(TaskState.InputRequired));
        var again = await Tasks.SubmitAsync(me, new TaskSubmission(Message("m2")) { TaskId = first.Id, Metadata = Bytes("""{"k":1}""") });
        Assert.True(
            again is { Created: false, Repeated: false, Task: { ContextId: "c", Changes: 3, HistoryCount: 2, Status.State: TaskState.Submitted } });
        var refusal = await Refused(RegistryError.Invalid, () => Tasks.Submit(me, "m3", first.Id, "other"));
        Assert.Equal("context_id", refusal.Field);
        var inMessage = await Refused(
            RegistryError.Invalid,
            () => Tasks.SubmitAsync(me, new TaskSubmission(Message("m3", more: ""","taskId":"x" """)) { TaskId = first.Id }));
        Assert.Equal("message.taskId", inMessage.Field);
        Assert.Equal(2, (await Tasks.GetAsync(me, first.Id))!.HistoryCount);
    }

    [Fact]
    public async Task A_message_sent_twice_is_stored_once()
    {
        var first = await Tasks.Submit(me, "m1");
        var second = await Tasks.Submit(me, "m1");
        Assert.True(second.Repeated);
        Assert.Equal(first.Task, second.Task with { History = first.Task.History, Artifacts = first.Task.Artifacts });
        var byTask = await Tasks.Submit(me, "m1", first.Task.Id);
        Assert.True(byTask is { Repeated: true, Task.HistoryCount: 1, Task.Changes: 1 });
        var updated = await Tasks.UpdateAsync(me, first.Task.Id, new TaskUpdate { Messages = [Message("m1"), Message("m2"), Message("m2")] });
        Assert.Equal((2L, 2L), (updated.HistoryCount, updated.Changes));
        await Tasks.CancelAsync(me, first.Task.Id);
        Assert.True(await Tasks.Submit(me, "m2", first.Task.Id) is { Repeated: true, Task.Status.State: TaskState.Canceled });
    }

    [Fact]
    public async Task An_idempotency_key_stands_for_the_message_id()
    {
        TaskSubmission Keyed(string? message) => new(Message(message)) { IdempotencyKey = "k" };
        var first = await Tasks.SubmitAsync(me, Keyed(null));
        Assert.True(await Tasks.SubmitAsync(me, Keyed(null)) is { Repeated: true } second && second.Task.Id == first.Task.Id);
        var other = TestRegistry.NewCaller();
        var named = await Tasks.SubmitAsync(other, Keyed("m1"));
        Assert.True(
            await Tasks.SubmitAsync(other, Keyed("m1")) is { Repeated: true, Task.HistoryCount: 1 } repeated && repeated.Task.Id == named.Task.Id);
        await Refused(RegistryError.KeyReused, () => Tasks.SubmitAsync(other, Keyed("m2")));
        Assert.NotEqual((await Tasks.Submit(me)).Task.Id, (await Tasks.Submit(me)).Task.Id);
    }

    [Theory]
    [InlineData(TaskState.Completed)]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Canceled)]
    [InlineData(TaskState.Rejected)]
    public async Task A_task_that_is_over_never_changes(TaskState state)
    {
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"http://x","token":"secret"}"""), "w0");
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"http://y"}"""), "w1");
        var over = await Tasks.UpdateAsync(me, id, To(state));
        foreach (var call in (Func<Task>[])
            [
                () => Tasks.Submit(me, "m2", id),
                () => Tasks.UpdateAsync(me, id, To(TaskState.Working)),
                () => Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes("{}") }),
                () => Tasks.UpdateAsync(me, id, Say("m3")),
                () => Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.Working, IfState = state }),
                () => state == TaskState.Canceled ? Tasks.UpdateAsync(me, id, To(TaskState.Completed)) : Tasks.CancelAsync(me, id),
                () => Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"http://x"}"""), "w"),
            ])
        {
            var refusal = await Refused(RegistryError.Terminal, call);
            Assert.Equal((state, 4L), (refusal.CurrentState, refusal.CurrentChanges));
            Assert.Contains("referenceTaskIds", refusal.Message);
        }

        // Whom to tell, and with which secret, is not a part of the task that has had its last event.
        await Tasks.DeleteWebhookAsync(me, id, "w0");
        await Tasks.DeleteWebhookAsync(me, id, "w0");
        Assert.Equal(["w1"], (await Tasks.ListWebhooksAsync(me, id)).Select(webhook => webhook.Id));
        Assert.Equal([id], (await Tasks.ListAsync(me, new TaskQuery { HasWebhook = true })).Tasks.Select(task => task.Id));
        await Tasks.DeleteWebhookAsync(me, id, "w1");
        Assert.Empty((await Tasks.ListAsync(me, new TaskQuery { HasWebhook = true })).Tasks);
        Assert.Equal(
            over,
            (await Tasks.GetAsync(me, id, new TaskView { HeadOnly = true }))! with { History = over.History, Artifacts = over.Artifacts });
        Assert.Equal(1, (await Tasks.AddFeedbackAsync(me, id, Bytes("""{"stars":5}"""))).Number);
        await Tasks.DeleteAsync(me, id);
        Assert.Null(await Tasks.GetAsync(me, id));
    }

    [Fact]
    public async Task Messages_come_back_as_they_were_sent_with_or_without_ids()
    {
        ReadOnlyMemory<byte>[] sent = [Bytes("""{ "role" : "user", "parts":[ {"text":"a"} ], "n": 1.0 }"""), Bytes(
            """{"messageId": null ,"taskId":null,"role":"agent","parts":[{"text":"b"}]}"""), Message("c")];
        var id = (await Tasks.SubmitAsync(me, new TaskSubmission(sent[0]) { ContextId = "c" })).Task.Id;
        await Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = sent[1..], StatusMessage = sent[1] });
        await registry.Contexts.AppendAsync(me, "c", sent);
        await Tasks.UpdateAsync(
            me,
            id,
            new TaskUpdate { Messages = [.. Enumerable.Range(0, 20).Select(i => Message(i % 2 == 0 ? null : $"{i}"))], State = TaskState.Working });
        await Tasks.UpdateAsync(me, id, Say("last"));
        await registry.RestartAsync();
        string[] expected = [.. sent.Select(message => Encoding.UTF8.GetString(message.Span)), Encoding.UTF8.GetString(sent[1].Span)];
        Assert.Equal(expected, (await Tasks.GetAsync(me, id))!.History.Take(4).Select(message => message.ToString()));
        Assert.Equal(expected, (await Tasks.ReadHistoryAsync(me, id)).Items.Take(4).Select(message => message.ToString()));
        Assert.Equal(expected[..3], (await registry.Contexts.ReadMessagesAsync(me, "c")).Items.Select(message => message.ToString()));
        Assert.Equal(25, (await Tasks.UpdateAsync(me, id, Say("last"))).HistoryCount);
    }

    [Fact]
    public async Task A_question_joins_the_history_when_it_is_answered()
    {
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        await using var watch = Tasks.WatchAsync(me, id, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        var asked = await Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.InputRequired, StatusMessage = Message("q", "Which day?") });
        Assert.Equal(("q", 1L), (IdOf(asked.Status.Message), asked.HistoryCount));
        var answered = await Tasks.SubmitAsync(me, new TaskSubmission(Message("m2", "Sunday")) { TaskId = id });
        Assert.True(answered.Task is { HistoryCount: 3, Status.Message.IsEmpty: true });
        Assert.Equal(["m1", "q", "m2"], (await Tasks.GetAsync(me, id))!.History.Select(IdOf));
        Assert.Equal(["m1", "q", "m2"], (await Tasks.ReadHistoryAsync(me, id)).Items.Select(IdOf));
        Assert.True(await watch.MoveNextAsync());
        Assert.Null(watch.Current.Messages);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(["q", "m2"], watch.Current.Messages!.Select(IdOf));
        Assert.True((await Tasks.SubmitAsync(me, new TaskSubmission(Message("q", "Which day?")) { TaskId = id })).Repeated);
    }

    [Fact]
    public async Task A_message_of_a_status_is_in_the_history_once()
    {
        var id = (await Tasks.Submit(me, "m1", agent: "a")).Task.Id;
        TaskUpdate Says(string message, TaskState? state = null, params ReadOnlyMemory<byte>[] messages) =>
            new() { State = state, StatusMessage = Message(message), Messages = messages };
        await Tasks.UpdateAsync(me, id, Says("s1"));
        await Tasks.UpdateAsync(me, id, Says("s1", TaskState.Working));
        Assert.Equal(1, (await Tasks.GetAsync(me, id))!.HistoryCount);
        await Tasks.UpdateAsync(me, id, Say("s1"));
        await Tasks.UpdateAsync(me, id, Says("s2", null, Message("s2")));
        await Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes("""{"a":1}""") });
        await Tasks.UpdateAsync(me, id, Says("s3", TaskState.Submitted, Message("s3"), Message("m2")));
        await Tasks.UpdateAsync(me, id, Says("s4", TaskState.Submitted));
        var claimed = (await Tasks.Claim(me, "a"))!;
        Assert.Equal(["m1", "s1", "s2", "s3", "m2", "s4"], claimed.History.Select(IdOf));
        await Tasks.UpdateAsync(me, id, Says("s5"));
        await Tasks.ReleaseAsync(me, id, claimed.Lease!.Token);
        await Tasks.UpdateAsync(me, id, Says("s6"));
        await Tasks.CancelAsync(me, id);
        await registry.RestartAsync();
        Assert.Equal(["m1", "s1", "s2", "s3", "m2", "s4", "s5", "s6"], (await Tasks.GetAsync(me, id))!.History.Select(IdOf));
    }

    [Fact]
    public async Task A_state_is_compared_and_set()
    {
        var begun = (await Tasks.Submit(me)).Task;
        var id = begun.Id;
        await Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.Working, IfState = TaskState.Submitted });
        var lost = await Refused(
            RegistryError.Conflict,
            () => Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.Completed, IfState = TaskState.Submitted }));
        Assert.Equal((TaskState.Working, 2L), (lost.CurrentState, lost.CurrentChanges));
        var stale = await Refused(
            RegistryError.Conflict,
            () => Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.Completed, IfGeneration = begun.Generation }));
        Assert.Equal(2, stale.CurrentChanges);
        await Refused(RegistryError.Conflict, () => Tasks.CancelAsync(me, id, ifGeneration: begun.Generation));
        await Refused(
            RegistryError.Conflict,
            () => Tasks.SubmitAsync(me, new TaskSubmission(Message("x")) { TaskId = id, IfGeneration = begun.Generation }));
        await Refused(RegistryError.Conflict, () => Tasks.SubmitAsync(me, new TaskSubmission(Message("x")) { TaskId = "absent", IfGeneration = 1 }));
        Assert.Equal(TaskState.Canceled, (await Tasks.CancelAsync(me, id, ifGeneration: begun.Generation + 1)).Status.State);
    }

    [Fact]
    public async Task Webhooks_are_saved_listed_replaced_and_deleted()
    {
        var id = (await Tasks.Submit(me)).Task.Id;
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"https://b.example", "token":"t"}"""), "b");
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"id":"a","url":"https://a.example"}"""));
        var made = await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"https://c.example"}"""));
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"https://b2.example"}"""), "b");
        var all = await Tasks.ListWebhooksAsync(me, id);
        Assert.Equal(((string[])["a", "b", made.Id]).Order(StringComparer.Ordinal), all.Select(webhook => webhook.Id));
        Assert.Equal("https://b2.example", Member(all.Single(webhook => webhook.Id == "b").Config, "url"));
        Assert.Equal([id], (await Tasks.ListAsync(me, new TaskQuery { HasWebhook = true })).Tasks.Select(task => task.Id));
        await Tasks.DeleteWebhookAsync(me, id, "b");
        await Tasks.DeleteWebhookAsync(me, id, "b");
        Assert.Equal(2, (await Tasks.ListWebhooksAsync(me, id)).Count);
        Assert.Equal(
            "config.url",
            (await Refused(RegistryError.Invalid, () => Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"ftp://x"}"""), "x"))).Field);
        Assert.Equal(
            "config.id",
            (await Refused(RegistryError.Invalid, () => Tasks.SaveWebhookAsync(me, id, Bytes("""{"id":"y","url":"http://x"}"""), "x"))).Field);
    }

    [Fact]
    public async Task Feedback_is_kept_in_order_and_goes_with_its_task()
    {
        var id = (await Tasks.Submit(me)).Task.Id;
        for (var i = 1; i <= 40; i++)
        {
            Assert.Equal(i, (await Tasks.AddFeedbackAsync(me, id, Bytes($$"""{"stars":{{i}}.0}"""))).Number);
        }

        var first = await Tasks.ListFeedbackAsync(me, id, pageSize: 25);
        var second = await Tasks.ListFeedbackAsync(me, id, pageSize: 25, first.NextPageToken);
        Assert.Equal((0L, 40L, 25L, null as string), (first.First, first.Total, second.First, second.NextPageToken));
        Assert.Equal(
            Enumerable.Range(1, 40).Select(i => $$"""{"stars":{{i}}.0}"""),
            first.Items.Concat(second.Items).Select(item => item.Data.ToString()));
        Assert.All(first.Items, item => Assert.Equal("alice", item.Subject));
        await Tasks.DeleteAsync(me, id);
        await Refused(RegistryError.NotFound, () => Tasks.ListFeedbackAsync(me, id));
        await Refused(RegistryError.NotFound, () => Tasks.AddFeedbackAsync(me, id, Bytes("{}")));
        await Tasks.Submit(me, taskId: id);
        Assert.Empty((await Tasks.ListFeedbackAsync(me, id)).Items);
    }

    [Fact]
    public async Task Everything_survives_a_restart()
    {
        var id = (await Tasks.SubmitAsync(me, new TaskSubmission(Message("m0", "Grüße \\u0000 🌦", ""","metadata":{"n":1.50} """)) {
            AgentId = "weather",
            Metadata = Bytes("""{"a":1e2}""") })).Task.Id;
        for (var i = 1; i <= 70; i++)
        {
            await Tasks.UpdateAsync(
                me,
                id,
                new TaskUpdate { Messages = [Message($"m{i}")], Artifacts = [Artifact($"a{i % 7}", $"{i}", append: true)] });
        }

        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"http://x"}"""), "w");
        await Tasks.AddFeedbackAsync(me, id, Bytes("{}"));
        var before = (await Tasks.GetAsync(me, id))!;
        await registry.RestartAsync();
        Assert.Equivalent(before, await Tasks.GetAsync(me, id), strict: true);
        Assert.Equal(Enumerable.Range(0, 71).Select(i => $"m{i}"), before.History.Select(IdOf));
        Assert.Equal(7, before.ArtifactCount);
        Assert.Equal(7, before.Artifacts.Count);
        Assert.True(await Tasks.Submit(me, "m3", id) is { Repeated: true, Task.HistoryCount: 71 });
        Assert.Single(await Tasks.ListWebhooksAsync(me, id));
        Assert.Single((await Tasks.ListFeedbackAsync(me, id)).Items);
    }
}
