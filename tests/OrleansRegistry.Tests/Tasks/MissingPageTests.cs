using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class MissingPagesInMemory(MemoryRegistry registry) : MissingPageTests(registry), IClassFixture<MemoryRegistry>;

public sealed class MissingPagesOnPostgres(PostgresRegistry registry) : MissingPageTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>What a caller is told where a page that a head names is not there.</summary>
public abstract class MissingPageTests(TestRegistry registry)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Fact]
    public async Task What_is_deleted_while_it_is_read_is_not_found()
    {
        foreach (var (page, read) in ((string, Func<string, Task>)[])
            [
                ("h", async id => Assert.Null(await Tasks.GetAsync(me, id))),
                ("h", async id => Assert.Null(await Tasks.Claim(me, "a"))),
                ("h", id => Refused(RegistryError.NotFound, () => Tasks.ReadHistoryAsync(me, id))),
                ("f", id => Refused(RegistryError.NotFound, () => Tasks.ListFeedbackAsync(me, id))),
                ("h", async id => Assert.Empty((await Tasks.ListAsync(me, new TaskQuery { View = default })).Tasks)),
                ("h", async id => Assert.True(await First(id) is { Deleted: true })),
            ])
        {
            var id = await Large();
            var reads = 0;
            registry.Store.BeforeRead = (kind, key) =>
                kind == PageKind.Kind && key == new RecordKey(me.Tenant, $"{page}/1/{id}") && Interlocked.Increment(ref reads) == 1
                ? Tasks.DeleteAsync(me, id)
                : Task.CompletedTask;
            await read(id);
            registry.Store.BeforeRead = null;
            Assert.True(reads > 0);
        }
    }

    [Fact]
    public async Task A_page_that_stays_away_is_told_and_what_needs_it_not_is_served()
    {
        var id = await Large();
        var key = new RecordKey(me.Tenant, $"h/4/{id}");
        await registry.Store.DeleteAsync(PageKind.Kind, key, (await registry.Store.ReadAsync(PageKind.Kind, key))!.Version);
        foreach (var read in (Func<Task>[])
            [
                () => Tasks.GetAsync(me, id),
                () => Tasks.ReadHistoryAsync(me, id),
                () => First(id),
            ])
        {
            Assert.NotNull((await Refused(RegistryError.Unavailable, read)).RetryAfter);
        }

        Assert.Equal(3, (await Tasks.GetAsync(me, id, new TaskView(3)))!.History.Count);
        await Tasks.UpdateAsync(me, id, Say("more"));
        await registry.RestartAsync();
        await Refused(RegistryError.Conflict, () => Tasks.UpdateAsync(me, id, Say("again")));
    }

    /// <summary>A task with pages of messages and of feedback.</summary>
    private async Task<string> Large()
    {
        var id = (await Tasks.Submit(me, "m", agent: "a")).Task.Id;
        for (var i = 0; i < 3; i++)
        {
            await Tasks.UpdateAsync(me, id, new TaskUpdate { Messages = [.. Enumerable.Range(0, 20).Select(j => Message($"m{i}-{j}"))] });
        }

        for (var i = 0; i < 20; i++)
        {
            await Tasks.AddFeedbackAsync(me, id, Bytes("{}"));
        }

        return id;
    }

    private async Task<TaskEvent> First(string id)
    {
        await using var watch = Tasks.WatchAsync(me, id, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        return watch.Current;
    }
}
