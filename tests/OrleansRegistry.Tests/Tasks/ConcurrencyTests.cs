using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class ConcurrencyInMemory(MemoryRegistry registry) : ConcurrencyTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ConcurrencyOnPostgres(PostgresRegistry registry) : ConcurrencyTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

public abstract class ConcurrencyTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task A_thousand_concurrent_appends_are_all_there_each_once_and_in_order()
    {
        var begun = (await Tasks.Submit(me, "m")).Task;
        var id = begun.Id;
        var updated = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Tasks.UpdateAsync(me, id, new TaskUpdate
        {
            Messages = [Message($"m{i}")],
            Metadata = Bytes($$"""{"k{{i}}":{{i}}}"""),
            Artifacts = i % 10 == 0 ? [Artifact($"a{i}", "x")] : [],
        })));

        Assert.Equal(Enumerable.Range(1, 1000).Select(change => begun.Generation + change), updated.Select(task => task.Generation).Order());
        foreach (var restart in (bool[])[false, true])
        {
            if (restart)
            {
                await registry.RestartAsync();
            }

            var loaded = (await Tasks.GetAsync(me, id))!;
            Assert.Equal((begun.Generation + 1000, 1001L, 100), (loaded.Generation, loaded.HistoryCount, loaded.Artifacts.Count));

            // The place of a message is that of the generation that brought it.
            var expected = updated.Select((task, i) => (task.Generation, Id: $"m{i}")).OrderBy(one => one.Generation).Select(one => one.Id);
            Assert.Equal(["m", .. expected], loaded.History.Select(IdOf));
            Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal($"{i}", Member(loaded.Metadata, $"k{i}")));
        }
    }

    [Fact]
    public async Task Of_cancel_and_complete_exactly_one_wins_and_a_cancel_may_be_said_again()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = (await Tasks.Submit(me)).Task.Id;
            var calls = Enumerable.Range(0, 10)
                .Select(i => i % 2 == 0
                ? Tasks.CancelAsync(me, id)
                : Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.Completed, IfState = TaskState.Submitted }))
                .Select(async call =>
                {
                    try
                    {
                        return (Won: await call, Lost: null as RegistryException);
                    }
                    catch (RegistryException lost)
                    {
                        return (Won: null as TaskRecord, Lost: lost);
                    }
                });
            var ends = await Task.WhenAll(calls);
            var winner = Assert.Single(ends.Select(end => end.Won).OfType<TaskRecord>().DistinctBy(won => (won.Generation, won.Status)));
            Assert.All(
                ends.Where(end => end.Lost is not null),
                end => Assert.Equal((RegistryError.Terminal, winner.Status.State), (end.Lost!.Error, end.Lost.CurrentState)));
            Assert.Equal(winner.Status, (await Tasks.GetAsync(me, id))!.Status);
        }
    }

    [Fact]
    public async Task One_message_sent_by_many_at_once_is_one_task_with_one_message()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Tasks.Submit(me, "m")));
        Assert.Single(all, submitted => submitted.Created);
        Assert.Single(all.Select(submitted => submitted.Task.Id).Distinct());
        Assert.Equal(1, (await Tasks.GetAsync(me, all[0].Task.Id))!.HistoryCount);
        Assert.Equal(1, (await Tasks.CountAsync(me)).Values.Sum());
        Assert.Single((await registry.Contexts.ListAsync(me)).Contexts);
    }

    [Fact]
    public async Task Deleting_races_with_appending_and_leaves_nothing_or_a_new_task()
    {
        for (var round = 0; round < 10; round++)
        {
            var id = (await Tasks.Submit(me, "m", taskId: $"t{round}")).Task.Id;
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Tasks.UpdateAsync(me, id, Say($"m{i}"))));
            var calls = Enumerable.Range(0, 30).Select(i => (Task)Tasks.Submit(me, $"n{i}", id)).Append(Tasks.DeleteAsync(me, id));
            await Task.WhenAll(calls);
            if (await Tasks.GetAsync(me, id) is { } again)
            {
                Assert.DoesNotContain("m", again.History.Select(IdOf));
                Assert.Equal(again.HistoryCount, again.History.Select(IdOf).Distinct().Count());
                Assert.Equal(again.HistoryCount, again.Changes);
            }
        }
    }
}
