using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class ListsInMemory(MemoryRegistry registry) : ListTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ListsOnPostgres(PostgresRegistry registry) : ListTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

public abstract class ListTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task Tasks_are_listed_by_what_holds_of_them_newest_first()
    {
        var ids = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            ids.Add((await Tasks.Submit(me, $"m{i}", contextId: i % 2 == 0 ? "even" : "odd", agent: i % 3 == 0 ? "fizz" : null)).Task.Id);
        }

        await Tasks.UpdateAsync(me, ids[4], To(TaskState.Working));
        await Tasks.CancelAsync(me, ids[6]);
        await Tasks.Submit(me with { Subject = "bob" }, "other");

        var all = await Tasks.ListAsync(me, new TaskQuery { CountTotal = true });
        Assert.Equal(12, all.Total);
        Assert.Equal(ids.Order(), all.Tasks.Select(task => task.Id).Order());
        var order = all.Tasks.Select(task => (task.Status.Timestamp, task.Id)).ToList();
        Assert.Equal(order.OrderByDescending(task => task.Timestamp).ThenByDescending(task => task.Id, StringComparer.Ordinal), order);
        Assert.All(all.Tasks, task => Assert.Empty(task.History));
        Assert.All(all.Tasks, task => Assert.Equal(1, task.HistoryCount));

        async Task<IEnumerable<int>> Found(TaskQuery query) => (await Tasks.ListAsync(me, query)).Tasks.Select(task => ids.IndexOf(task.Id)).Order();
        Assert.Equal([0, 2, 4, 6, 8, 10], await Found(new TaskQuery { ContextId = "even" }));
        Assert.Equal([0, 3, 6, 9], await Found(new TaskQuery { AgentId = "fizz" }));
        Assert.Equal([4, 6], await Found(new TaskQuery { States = [TaskState.Working, TaskState.Canceled] }));
        Assert.Equal([6], await Found(new TaskQuery { States = [TaskState.Canceled], AgentId = "fizz", ContextId = "even" }));
        var since = all.Tasks[3].Status.Timestamp;
        Assert.Equal(all.Tasks.Count(task => task.Status.Timestamp >= since), (await Found(new TaskQuery { UpdatedSince = since })).Count());

        var counts = await Tasks.CountAsync(me, new TaskQuery { ContextId = "even" });
        Assert.Equal(
            [(TaskState.Submitted, 4L), (TaskState.Working, 1L), (TaskState.Canceled, 1L)],
            counts.OrderBy(count => count.Key).Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public async Task Pages_hold_each_task_once_while_tasks_change()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 25; i++)
        {
            ids.Add((await Tasks.Submit(me, $"m{i}")).Task.Id);
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await Tasks.ListAsync(me, new TaskQuery { PageSize = 7, PageToken = token, View = new TaskView(1) });
            seen.AddRange(page.Tasks.Select(task => task.Id));
            Assert.All(page.Tasks, task => Assert.Single(task.History));
            token = page.NextPageToken;

            // What was on the page goes; what comes is newer than where the list stands.
            await Tasks.DeleteAsync(me, page.Tasks[^1].Id);
            await Tasks.Submit(me);
        }
        while (token is not null);
        Assert.Equal(ids.Order(), seen.Order());
    }

    [Fact]
    public async Task History_is_read_in_pages_that_go_on_where_they_ended_while_it_grows()
    {
        var id = (await Tasks.Submit(me, "m0")).Task.Id;
        var (count, token, seen) = (1, (string?)null, new List<string>());
        do
        {
            for (var i = 0; i < 9 && count < 100; i++)
            {
                await Tasks.UpdateAsync(me, id, Say($"m{count++}"));
            }

            var page = await Tasks.ReadHistoryAsync(me, id, 10, token);
            Assert.Equal((seen.Count, count), (page.First, page.Total));
            seen.AddRange(page.Items.Select(IdOf));
            token = page.NextPageToken ?? (count < 100 ? token : null);
            if (page.NextPageToken is null)
            {
                break;
            }
        }
        while (true);
        Assert.Equal(Enumerable.Range(0, seen.Count).Select(i => $"m{i}"), seen);
    }

    [Fact]
    public async Task Clearing_all_takes_what_is_the_callers_and_nothing_else()
    {
        var bob = me with { Subject = "bob" };
        for (var i = 0; i < 5; i++)
        {
            await Tasks.Submit(me, $"m{i}", contextId: $"c{i % 2}");
            await Tasks.Submit(bob, $"m{i}", contextId: $"b{i % 2}");
        }

        await registry.Contexts.UpdateAsync(me, "c9", Bytes("{}"));
        Assert.Equal(new TaskClearing(false, 5, 3), await Tasks.ClearAllAsync(me));
        Assert.Empty((await Tasks.ListAsync(me)).Tasks);
        Assert.Empty((await registry.Contexts.ListAsync(me)).Contexts);
        Assert.Equal((5, 2), ((await Tasks.ListAsync(bob)).Tasks.Count, (await registry.Contexts.ListAsync(bob)).Contexts.Count));
        Assert.Equal(default, await Tasks.ClearAllAsync(me));
        Assert.True((await Tasks.Submit(me, "m0", contextId: "c0")).Created);
    }
}
