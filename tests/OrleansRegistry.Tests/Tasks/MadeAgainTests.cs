using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class MadeAgainInMemory(MemoryRegistry registry) : MadeAgainTests(registry), IClassFixture<MemoryRegistry>;

public sealed class MadeAgainOnPostgres(PostgresRegistry registry) : MadeAgainTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>What is deleted and made again by the same id is another thing: nothing that was known of the old one counts for it.</summary>
public abstract class MadeAgainTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    private IContextRegistry Contexts => registry.Contexts;

    [Theory]
    [InlineData("task", false)]
    [InlineData("task", true)]
    [InlineData("context", false)]
    [InlineData("all", false)]
    public async Task No_generation_of_a_task_comes_twice(string deleted, bool restarts)
    {
        var seen = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            var task = (await Tasks.Submit(me, "m1", "aba", "c")).Task;
            Assert.True(seen.TrueForAll(known => known < task.Generation));
            foreach (var known in seen)
            {
                await Refused(RegistryError.Conflict, () => Tasks.UpdateAsync(me, "aba", To(TaskState.Working) with { IfGeneration = known }));
                await Refused(RegistryError.Conflict, () => Tasks.CancelAsync(me, "aba", known));
                await Refused(
                    RegistryError.Conflict,
                    () => Tasks.SubmitAsync(me, new TaskSubmission(Message("x")) { TaskId = "aba", IfGeneration = known }));
                Assert.Equal(task.Generation, (await Tasks.WaitAsync(me, "aba", known, TimeSpan.FromSeconds(60)))!.Generation);
                await using var watch = Tasks.WatchAsync(me, "aba", known).GetAsyncEnumerator();
                Assert.True(await watch.MoveNextAsync());
                Assert.Equal(task.Generation, watch.Current.Snapshot?.Generation);
            }

            seen.Add(task.Generation);
            seen.Add((await Tasks.UpdateAsync(me, "aba", Say("m2"))).Generation);
            seen.Add((await Tasks.UpdateAsync(me, "aba", To(TaskState.Completed))).Generation);
            Assert.Equal([task.Generation, task.Generation + 1, task.Generation + 2], seen[^3..]);
            await (deleted switch
            {
                "task" => Tasks.DeleteAsync(me, "aba"),
                "context" => Contexts.DeleteAsync(me, "c"),
                _ => Tasks.ClearAllAsync(me),
            });
            if (restarts)
            {
                await registry.RestartAsync();
            }
        }
    }

    [Fact]
    public async Task A_reader_of_a_task_that_waits_through_its_deletion_sees_the_new_one_whole()
    {
        var old = (await Tasks.Submit(me, "m1", "aba")).Task;
        await Tasks.DeleteAsync(me, "aba");
        var task = (await Tasks.Submit(me, "m1", "aba")).Task;
        await using var watch = Tasks.WatchAsync(me, "aba", old.Generation + 1, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(task.Generation, watch.Current.Snapshot!.Generation);

        await Tasks.UpdateAsync(me, "aba", Say("m2"));
        Assert.True(await watch.MoveNextAsync());
        Assert.True(watch.Current is { Snapshot: null, Messages: [_] } && watch.Current.Generation == task.Generation + 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_generation_of_a_context_comes_twice(bool restarts)
    {
        var seen = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            var made = await (round % 2 == 0 ? Contexts.UpdateAsync(me, "aba", Bytes("{}")) : Contexts.AppendAsync(me, "aba", [Message("m")]));
            Assert.True(seen.TrueForAll(known => known < made.Generation));
            foreach (var known in seen)
            {
                await Refused(RegistryError.Conflict, () => Contexts.UpdateAsync(me, "aba", Bytes("{}"), known));
                await using var watch = Contexts.WatchAsync(me, "aba", known).GetAsyncEnumerator();
                Assert.True(await watch.MoveNextAsync());
                Assert.Equal(made.Generation, watch.Current.Snapshot?.Generation);
            }

            seen.Add(made.Generation);
            seen.Add((await Contexts.UpdateAsync(me, "aba", Bytes("""{"a":1}"""))).Generation);
            Assert.Equal(made.Generation + 1, seen[^1]);
            await Contexts.DeleteAsync(me, "aba");
            if (restarts)
            {
                await registry.RestartAsync();
            }
        }
    }

    [Fact]
    public async Task A_context_that_came_with_a_task_is_another_one_too()
    {
        await Tasks.Submit(me, contextId: "aba");
        var old = (await Contexts.GetAsync(me, "aba"))!.Context.Generation;
        await Contexts.DeleteAsync(me, "aba");
        await Tasks.Submit(me, contextId: "aba");
        Assert.True((await Contexts.GetAsync(me, "aba"))!.Context.Generation > old);
        await Refused(RegistryError.Conflict, () => Contexts.UpdateAsync(me, "aba", Bytes("{}"), old));
    }

    [Fact]
    public async Task Page_tokens_of_the_old_one_are_refused()
    {
        async Task<(string History, string Artifacts, string Feedback, string Messages)> Make()
        {
            var task = (await Tasks.Submit(me, "m1", "aba", "c")).Task;
            await Tasks.UpdateAsync(me, "aba", new TaskUpdate { Messages = [Message("m2")], Artifacts = [Artifact("a1", "x"), Artifact("a2", "y")] });
            await Tasks.AddFeedbackAsync(me, "aba", Bytes("{}"));
            await Tasks.AddFeedbackAsync(me, "aba", Bytes("{}"));
            await Contexts.AppendAsync(me, "c", [Message("m1"), Message("m2")]);
            return (
                (await Tasks.ReadHistoryAsync(me, "aba", 1)).NextPageToken!,
                (await Tasks.ReadArtifactsAsync(me, "aba", 1)).NextPageToken!,
                (await Tasks.ListFeedbackAsync(me, "aba", 1)).NextPageToken!,
                (await Contexts.ReadMessagesAsync(me, "c", 1)).NextPageToken!);
        }

        var old = await Make();
        Assert.Single((await Tasks.ReadHistoryAsync(me, "aba", 1, old.History)).Items);
        Assert.Single((await Tasks.ListFeedbackAsync(me, "aba", 1, old.Feedback)).Items);
        await Contexts.DeleteAsync(me, "c");
        await Make();
        await Refused(RegistryError.Invalid, () => Tasks.ReadHistoryAsync(me, "aba", 1, old.History));
        await Refused(RegistryError.Invalid, () => Tasks.ReadArtifactsAsync(me, "aba", 1, old.Artifacts));
        await Refused(RegistryError.Invalid, () => Tasks.ListFeedbackAsync(me, "aba", 1, old.Feedback));
        await Refused(RegistryError.Invalid, () => Contexts.ReadMessagesAsync(me, "c", 1, old.Messages));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_revision_of_an_agent_comes_twice(bool restarts)
    {
        var newest = 0L;
        for (var round = 0; round < 3; round++)
        {
            var agent = (await registry.Agents.RegisterAsync(me, Cards.Registration("aba"))).Agent;
            Assert.True(agent.Revision > newest);
            if (newest > 0)
            {
                await Refused(
                    RegistryError.Conflict,
                    () => registry.Agents.PatchAsync(me, "aba", new AgentPatch(Enabled: false, Condition: new(newest))));
            }

            newest = agent.Revision;
            await registry.Agents.RemoveAsync(me, "aba");
            if (restarts)
            {
                await registry.RestartAsync();
            }
        }
    }
}
