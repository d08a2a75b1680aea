using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>What operations cost in reads and writes of the store, counted: the same on every store.</summary>
public sealed class CostTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task An_append_costs_the_same_at_ten_messages_and_at_a_hundred_thousand()
    {
        var id = (await Tasks.Submit(me, "first")).Task.Id;
        await AppendOneByOne(id, "warm", 31);
        var early = await Cost(() => AppendOneByOne(id, "early", 160));
        for (var i = 0; i < 250; i++)
        {
            await Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = [.. Enumerable.Range(0, 400).Select(j => Message($"bulk{i}-{j}"))] });
        }

        await AppendOneByOne(id, "again", 32);
        var late = await Cost(() => AppendOneByOne(id, "late", 160));
        Assert.Equal((160, 0, 10, 0), early);
        Assert.Equal(early, late);
        Assert.Equal(1 + 31 + 160 + 100_000 + 32 + 160, (await Tasks.GetAsync(me, id, new TaskView { HeadOnly = true }))!.HistoryCount);

        var newest = (0, 0, 0, 0);
        foreach (var (length, pages) in ((int, int)[])[(1, 1), (20, 2), (100, 7)])
        {
            newest = await Cost(async () =>
            {
                var loaded = (await Tasks.GetAsync(me, id, new TaskView(length)))!;
                Assert.Equal(Enumerable.Range(0, length).Select(i => $"late{160 - length + i}"), loaded.History.Select(IdOf));
            });
            Assert.Equal((0, 0, 0), (newest.Item1, newest.Item2, newest.Item3));
            Assert.InRange(newest.Item4, 0, pages);
        }

        await registry.RestartAsync();
        var first = await Cost(() => AppendOneByOne(id, "later", 1));
        Assert.InRange(first.PageReads, 1, 20);
        Assert.True((await Tasks.Submit(me, "bulk7-77", id)).Repeated);
        Assert.True((await Tasks.SubmitAsync(me, new TaskSubmission(Message("later0", "more")) { TaskId = id })).Repeated);
        Assert.Equal(100_385, (await Tasks.GetAsync(me, id, new TaskView { HeadOnly = true }))!.HistoryCount);
        var whole = (await Tasks.GetAsync(me, id))!.History;
        Assert.Equal((100_385, 100_385), (whole.Count, whole.Select(IdOf).Distinct().Count()));
        await Tasks.DeleteAsync(me, id);
        Assert.Empty(await registry.Store.QueryAsync(new RecordQuery(TaskKind.Kind, me.Tenant), null, 10, TestContext.Current.CancellationToken));
        Assert.Null(await registry.Store.ReadAsync(PageKind.Kind, new RecordKey(me.Tenant, $"h/1/{id}"), TestContext.Current.CancellationToken));
        Assert.Null(await registry.Store.ReadAsync(PageKind.Kind, new RecordKey(me.Tenant, $"h/6000/{id}"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_page_of_contexts_costs_two_queries()
    {
        for (var i = 0; i < 30; i++)
        {
            await Tasks.Submit(me, $"m{i}", contextId: $"c{i % 10}");
        }

        registry.Store.Reset();
        var page = await registry.Contexts.ListAsync(me);
        Assert.Equal((10, 30L, 2), (page.Contexts.Count, page.Contexts.Sum(context => context.TaskCount), registry.Store.Lists));
        await registry.Contexts.GetAsync(me, "c3");
        Assert.Equal(3, registry.Store.Lists);
    }

    [Fact]
    public async Task Another_owners_context_costs_no_list()
    {
        await Tasks.Submit(me, "m", contextId: "c");
        registry.Store.Reset();
        foreach (var context in (string[])["c", "none"])
        {
            var mine = new TaskQuery { ContextId = context, CountTotal = true };
            Assert.True(await Tasks.ListAsync(me with { Subject = "bob" }, mine) is { Tasks: [], Total: 0, NextPageToken: null });
            Assert.Empty(await Tasks.CountAsync(me with { Subject = "bob" }, mine));
        }

        Assert.Equal(0, registry.Store.Lists);
        Assert.Equal(1, (await Tasks.ListAsync(me, new TaskQuery { ContextId = "c", CountTotal = true })).Total);
    }

    private async Task AppendOneByOne(string id, string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Tasks.UpdateAsync(me, id, Say($"{name}{i}"));
        }
    }

    private async Task<(int HeadWrites, int HeadReads, int PageWrites, int PageReads)> Cost(Func<Task> operation)
    {
        registry.Store.Reset();
        await operation();
        var store = registry.Store;
        return (store.Writes(TaskKind.Kind), store.Reads(TaskKind.Kind), store.Writes(PageKind.Kind), store.Reads(PageKind.Kind));
    }
}
