using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Tasks;

namespace OrleansRegistry.Tests.Silos;

/// <summary>The grains of tasks, contexts and what belongs to them.</summary>
public sealed partial class AcrossSilosTests
{
    private async Task CallTask()
    {
        var grain = silos.Grain<ITaskGrain>(GrainKeys.For("acme", "task"));
        Assert.Null(await grain.Get(Alice, null));
        Assert.Null(await grain.Continue(Submission("none")));
        var first = Submission("m1", agent: "agent", metadata: """{"a":[1, 2.0]}""");
        var created = await grain.Create(first, "context");
        Assert.Equal(
            (true, false, TaskState.Submitted, """{"a":[1, 2.0]}"""),
            (created.Created, created.Repeated, created.Task.Status.State, created.Task.Metadata.ToString()));
        Assert.Equal((true, true), ((await grain.Continue(first))!.Repeated, (await grain.Create(first, "other")).Repeated));
        await Messages.Refused(RegistryError.IdReused, () => grain.Continue(Submission("m1")));

        Assert.Null(await silos.Grain<ITaskGrain>(GrainKeys.For("acme", "no task")).Put(Whole(), null));
        var claimed = await grain.Claim("agent", "worker", Minute);
        var (token, known) = (claimed!.Lease!.Token, claimed.Generation);
        Assert.Equal(("worker", TaskState.Working), (claimed.Lease.Worker, claimed.Status.State));
        Assert.Equal(token, (await grain.Renew(Alice, token, Minute)).Lease!.Token);
        var artifact = new TaskArtifact(RawJson.FromValid("""{"artifactId":"x","parts":[{"text":"é"}]}"""u8), false, true);
        var changed = await grain.Update(new TaskChange(
            Alice,
            TaskState.Working,
            Message("s1"),
            [Message("m2")],
            [artifact],
            RawJson.FromValid("""{"b":null,"c":1}"""u8),
            TaskState.Working,
            null,
            token));
        Assert.Equal((TaskState.Working, 1), (changed.Status.State, changed.ArtifactCount));
        await grain.EndWhatIsDue();
        Assert.Null(await grain.ReadLeasedEvents(Alice with { Subject = "worker" }, "wrong", null, TimeSpan.Zero));
        Assert.NotNull(await grain.ReadLeasedEvents(Alice with { Subject = "worker" }, token, null, TimeSpan.Zero));
        Assert.Equal(TaskState.Submitted, (await grain.Release(Alice, token)).Status.State);

        var run = await grain.ReadEvents(Alice, known, TimeSpan.Zero);
        Assert.Equal(artifact, Assert.Single(run!.Events.SelectMany(happened => happened.Artifacts ?? [])));
        Assert.NotNull((await grain.ReadEvents(Alice, null, TimeSpan.Zero))!.Snapshot);
        var webhook = await grain.SaveWebhook(Alice, new TaskWebhook("w", RawJson.FromValid("""{"url":"https://example.org"}"""u8)));
        Assert.Equal(webhook, Assert.Single((await grain.Get(Alice, null))!.Webhooks));
        await grain.TellPushed([new WebhookProgress("w", 0, 0, new WebhookFailure("x", When, 1))], When);
        Assert.Equal(webhook, Assert.Single((await grain.Get(Alice, null))!.Webhooks));
        await grain.DeleteWebhook(Alice, "w");
        Assert.Equal("""{"rating":5}""", (await grain.AddFeedback(Alice, RawJson.FromValid("""{"rating":5}"""u8))).Data.ToString());

        var canceled = await grain.Cancel(Alice, null);
        var refusal = await Messages.Refused(
            RegistryError.Terminal,
            () => grain.Update(new TaskChange(Alice, TaskState.Working, null, [], [], default, null, null, null)));
        Assert.Equal((canceled.Generation, TaskState.Canceled), (refusal.CurrentGeneration, refusal.CurrentState));
        Assert.False(await grain.Sweep(DateTimeOffset.UnixEpoch));
        await grain.Remove(Alice);
        Assert.Null(await grain.Get(Alice, null));
    }

    private async Task CallContext()
    {
        var grain = silos.Grain<IContextGrain>(GrainKeys.For("acme", "context"));
        Assert.Null(await grain.Get(Alice));
        var created = await grain.CreateTask("in-context", Submission("m1", context: "context"));
        Assert.Equal(("in-context", "context"), (created.Task.Id, created.Task.ContextId));
        var put = (await grain.PutTask("whole", Whole())).Task;
        Assert.Equal((TaskState.Failed, 2L, 1, When), (put.Status.State, put.HistoryCount, put.ArtifactCount, put.Status.Timestamp));
        Assert.True(
            (await grain.PutTask("whole", Whole() with { ReplacesFinal = true,
            StatusAt = When.AddSeconds(1) })).Task.Generation == put.Generation + 1);
        var updated = await grain.Update(Alice, RawJson.FromValid("""{"k":"ü"}"""u8), null, mustExist: false);
        var appended = await grain.Append(Alice, [Message("c1"), Message("c2")], updated.Generation, mustExist: false);
        Assert.Equal(updated.Generation + 1, appended.Generation);
        Assert.Equal("""{"k":"ü"}""", (await grain.Get(Alice))!.Context.Data.ToString());
        var run = await grain.ReadEvents(Alice, 0, 0, updated.Generation, TimeSpan.Zero);
        Assert.Equal(2, Assert.Single(run!.Events).Messages!.Count);
        Assert.False(await grain.Sweep(DateTimeOffset.UnixEpoch));
        ContextCleared cleared;
        do
        {
            cleared = await grain.Clear(Alice, delete: true, "run");
        }
        while (!cleared.Done);
        Assert.Equal(2, cleared.Tasks);
        Assert.Null(await grain.Get(Alice));
    }

    private async Task CallFeedback()
    {
        var grain = silos.Grain<IFeedbackGrain>(GrainKeys.For("acme", "feedback"));
        var added = await grain.Add("alice", RawJson.FromValid("""{"rating":1}"""u8));
        Assert.Equal((1, "alice", """{"rating":1}"""), (added.Number, added.Subject, added.Data.ToString()));
        Assert.Equal(1, (await grain.Get()).Count);
        var once = Alice with { IdempotencyKey = "once" };
        Assert.Equal(2, (await grain.AddOnce(once, RawJson.FromValid("""{"rating":2}"""u8))).Number);
        Assert.Equal(2, (await grain.AddOnce(once, RawJson.FromValid("""{"rating":2}"""u8))).Number);
        await Messages.Refused(RegistryError.KeyReused, () => grain.AddOnce(once, RawJson.FromValid("""{"rating":3}"""u8)));
        await grain.Clear();
        Assert.Equal(0, (await grain.Get()).Count);
    }

    private async Task CallWork()
    {
        var grain = silos.Grain<IAgentWorkGrain>(GrainKeys.For("acme", "busy"));
        Assert.Null((await grain.Claim("worker", Minute, TimeSpan.Zero, null)).Task);
        await silos.Grain<ITaskGrain>(GrainKeys.For("acme", "work")).Create(Submission("m1", agent: "busy"), "context");
        await grain.Submitted("work");
        var once = Alice with { IdempotencyKey = "once" };
        var claimed = (await grain.ClaimOnce(once, "worker", Minute, Minute, null)).Task;
        Assert.Equal("work", claimed!.Id);
        Assert.Equal(claimed.Lease, (await grain.ClaimOnce(once, "worker", Minute, Minute, null)).Task!.Lease);
    }

    private async Task CallPush()
    {
        var grain = silos.Grain<IPushGrain>(GrainKeys.For("acme", "nobody"));
        await grain.Wake();
        await Eventually.TrueAsync(() => silos.Called.Any(method => method.DeclaringType == typeof(IPushGrain)), "the call");
    }

    private async Task CallList()
    {
        var grain = silos.Grain<ITaskListGrain>(GrainKeys.For("acme", "list"));
        Assert.True(await grain.Hold(HeldList.Of("query", "alice", [Place("t1"), Place("t2")], isCut: false)));
        var run = await grain.Read("query", 1, 10);
        Assert.Equal(["t2"], run!.Tasks.Select(task => task.Id));
        Assert.Null(await grain.Read("another", 0, 10));
    }

    private static RecordPosition Place(string id) => new(When, new RecordKey("acme", id));

    private static CheckedMessage Message(string id) => MessageReader.Read(Messages.Message(id), "message", Rules);

    private static TaskWhole Whole() => new(
        Alice, TaskState.Failed, When, Message("s"), [Message("w1"), Message("w2") with { Id = null }], [RawJson.FromValid(
            "{\"artifactId\":\"x\",\"parts\":[]}"u8)], default);

    private static TaskMessage Submission(string id, string? context = null, string? agent = null, string? metadata = null) =>
        new(Alice, Message(id), context, agent, metadata is null ? default : RawJson.FromValid(Messages.Bytes(metadata).Span), null, null);
}
