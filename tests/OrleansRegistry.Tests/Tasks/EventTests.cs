using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class EventsInMemory(MemoryRegistry registry) : EventTests(registry), IClassFixture<MemoryRegistry>;

public sealed class EventsOnPostgres(PostgresRegistry registry) : EventTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

public abstract class EventTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task Every_change_is_one_event_and_the_stream_ends_with_the_task()
    {
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        await using var watch = Watch(id);
        Assert.True(await Next(watch) is { Changes: 1, Snapshot: { HistoryCount: 1, History: [_] } });
        await Tasks.UpdateAsync(me, id, new TaskUpdate { State = TaskState.Working, Metadata = Bytes("""{"a":1}""") });
        Assert.True(await Next(watch) is { Changes: 2, Snapshot: null, Status.State: TaskState.Working, Messages: null } working
            && working.Metadata.ToString() == """{"a":1}""");
        await Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = [Message("m2")], Artifacts = [Artifact("a", "x", append: true, last: true)] });
        Assert.True(await Next(watch) is { Changes: 3, Status: null, Messages: [_], Artifacts: [{ Append: true, LastChunk: true }] });
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"http://x"}"""), "w");
        Assert.Equal(4, (await Next(watch)).Changes);
        await Tasks.UpdateAsync(me, id, To(TaskState.Completed));
        Assert.True(await Next(watch) is { Changes: 5, Status.State: TaskState.Completed });
        Assert.False(await watch.MoveNextAsync());
    }

    [Fact]
    public async Task A_reader_resumes_without_a_gap_where_events_are_held_and_is_told_where_not()
    {
        var begun = (await Tasks.Submit(me, "m1")).Task;
        var (id, before) = (begun.Id, begun.Generation - 1);
        for (var i = 2; i <= 300; i++)
        {
            await Tasks.UpdateAsync(me, id, Say($"m{i}"));
        }

        await using (var near = Watch(id, before + 290))
        {
            for (var i = 291; i <= 300; i++)
            {
                Assert.True(await Next(near) is { Snapshot: null } happened && happened.Generation == before + i);
            }
        }

        await using (var far = Watch(id, before + 3))
        {
            Assert.True(await Next(far) is { Changes: 300, Snapshot.History.Count: 300 });
        }

        await using (var ahead = Watch(id, before + 1000))
        {
            Assert.Equal(300, (await Next(ahead)).Snapshot!.Changes);
        }

        await registry.RestartAsync();
        await using (var later = Watch(id, before + 299))
        {
            Assert.NotNull((await Next(later)).Snapshot);
        }

        await using var current = Watch(id, before + 300);
        var next = Next(current);
        await Tasks.CancelAsync(me, id);
        Assert.True(await next is { Changes: 301, Snapshot: null, Status.State: TaskState.Canceled });
        Assert.False(await current.MoveNextAsync());
    }

    [Fact]
    public async Task A_task_that_is_over_or_gone_ends_its_streams()
    {
        var id = (await Tasks.Submit(me, "m1")).Task.Id;
        await using var watch = Watch(id);
        await Next(watch);
        var next = Next(watch);
        await Tasks.DeleteAsync(me, id);
        Assert.True(await next is { Deleted: true, Changes: 2 });
        Assert.False(await watch.MoveNextAsync());

        var other = (await Tasks.Submit(me, "m2")).Task.Id;
        var end = (await Tasks.CancelAsync(me, other)).Generation;
        await using var over = Watch(other);
        Assert.Equal(TaskState.Canceled, (await Next(over)).Snapshot!.Status.State);
        Assert.False(await over.MoveNextAsync());
        await using var resumed = Watch(other, end);
        Assert.False(await resumed.MoveNextAsync());

        // Such a generation was seen of another task of this id.
        await using var newer = Watch(other, end + 1);
        Assert.Equal(end, (await Next(newer)).Snapshot!.Generation);
        Assert.False(await newer.MoveNextAsync());
    }

    [Fact]
    public async Task Many_readers_see_the_same_events_in_the_same_order()
    {
        var id = (await Tasks.Submit(me, "m")).Task.Id;
        var readers = Enumerable.Range(0, 20).Select(async _ =>
        {
            var seen = new List<long>();
            await foreach (var happened in Tasks.WatchAsync(me, id, cancellationToken: TestContext.Current.CancellationToken))
            {
                seen.Add(happened.Changes);
            }

            return seen;
        }).ToList();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Tasks.UpdateAsync(me, id, Say($"m{i}"))));
        await Tasks.UpdateAsync(me, id, To(TaskState.Completed));
        foreach (var seen in await Task.WhenAll(readers))
        {
            Assert.Equal(202, seen[^1]);
            Assert.Equal(seen.Order(), seen);
            Assert.Equal(seen.Count, seen.Distinct().Count());
        }
    }

    [Fact]
    public async Task Waiting_ends_with_a_change_with_the_time_and_with_the_end_of_the_task()
    {
        var begun = (await Tasks.Submit(me, "m")).Task;
        var (id, first) = (begun.Id, begun.Generation);
        Assert.Equal(first, (await Tasks.WaitAsync(me, id, 0, TimeSpan.FromSeconds(60)))!.Generation);
        Assert.Equal(first, (await Tasks.WaitAsync(me, id, first, TimeSpan.FromMilliseconds(20)))!.Generation);
        var waiting = Tasks.WaitAsync(me, id, first + 1, TimeSpan.FromSeconds(60), new TaskView(1));
        await Tasks.UpdateAsync(me, id, To(TaskState.Working));
        await Tasks.UpdateAsync(me, id, Say("m2"));
        Assert.True(await waiting is { Changes: 3, History: [_] });
        await Tasks.CancelAsync(me, id);
        Assert.Equal(4, (await Tasks.WaitAsync(me, id, first + 3, TimeSpan.FromSeconds(60)))!.Changes);
        Assert.Null(await Tasks.WaitAsync(me, "none", 0, TimeSpan.FromSeconds(60)));
    }

    private IAsyncEnumerator<TaskEvent> Watch(string id, long? after = null) =>
        Tasks.WatchAsync(me, id, after, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

    private static async Task<TaskEvent> Next(IAsyncEnumerator<TaskEvent> watch) =>
        await watch.MoveNextAsync() ? watch.Current : throw new InvalidOperationException("The stream ended.");
}
