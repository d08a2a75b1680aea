using Microsoft.Extensions.DependencyInjection;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class ClearingInMemory() : ClearingTests(new MemoryRegistry());

public sealed class ClearingOnPostgres() : ClearingTests(new PostgresRegistry().OrSkip());

/// <summary>All tasks and contexts of an owner are deleted in the background, and whatever happens to the process that was asked.</summary>
public abstract class ClearingTests(TestRegistry registry) : IAsyncLifetime
{
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly ShiftedTime time = new();
    private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ITaskRegistry Tasks => registry.Tasks;

    public ValueTask InitializeAsync()
    {
        registry.Time = time;
        return registry.InitializeAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return registry.DisposeAsync();
    }

    [Fact]
    public async Task It_is_answered_before_it_is_done_and_what_is_made_meanwhile_stays()
    {
        await Fill();
        Hold();
        var begun = await Tasks.ClearAllAsync(me, TimeSpan.Zero);
        Assert.True(begun is { Running: true, Tasks: < 100 });
        Assert.True((await Tasks.GetClearingAsync(me)).Running);
        Assert.Equal(default, await Tasks.GetClearingAsync(me with { Subject = "bob" }));
        time.Offset += TimeSpan.FromSeconds(1);
        var fresh = (await Tasks.Submit(me, "fresh", contextId: "fresh")).Task.Id;
        open.SetResult();
        Assert.Equal(new TaskClearing(false, 100, 50), await Ended());
        Assert.Equal([fresh], (await Tasks.ListAsync(me)).Tasks.Select(task => task.Id));
        Assert.Equal(["fresh"], (await registry.Contexts.ListAsync(me)).Contexts.Select(context => context.Context.Id));

        // Asked again, it takes what was made since.
        time.Offset += TimeSpan.FromSeconds(1);
        Assert.Equal(new TaskClearing(false, 1, 1), await Tasks.ClearAllAsync(me));
    }

    [Fact]
    public async Task A_process_that_ends_leaves_the_rest_to_the_next()
    {
        await Fill();
        Hold();
        await Tasks.ClearAllAsync(me, TimeSpan.Zero);
        await registry.RestartAsync();
        Assert.True((await Tasks.GetClearingAsync(me)).Running);
        var upkeep = registry.Services.GetRequiredService<TaskUpkeep>();
        await upkeep.FinishDeletionsAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty((await Tasks.ListAsync(me)).Tasks);
        time.Offset += TimeSpan.FromMinutes(1);
        await upkeep.FinishDeletionsAsync(TestContext.Current.CancellationToken);
        Assert.False((await Ended()).Running);
        Assert.Empty((await Tasks.ListAsync(me)).Tasks);
        Assert.Empty((await registry.Contexts.ListAsync(me)).Contexts);
        Assert.Empty(await registry.Store.QueryAsync(new RecordQuery(ContextKind.Kind, me.Tenant), null, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_cannot_be_deleted_keeps_nothing_else()
    {
        await Fill();
        registry.Store.BeforeWrite = (kind, key) =>
        {
            if (kind == ContextKind.Kind && key.Id == "c7")
            {
                throw new InvalidOperationException("This one cannot be written.");
            }
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => Tasks.ClearAllAsync(me));
        Assert.Equal(["c7"], (await registry.Contexts.ListAsync(me)).Contexts.Select(context => context.Context.Id));
        registry.Store.BeforeWrite = null;
        Assert.Equal(new TaskClearing(false, 100, 50), await Tasks.ClearAllAsync(me));
    }

    private async Task Fill() => await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Tasks.Submit(me, $"m{i}", contextId: $"c{i % 50}")));

    /// <summary>Contexts find none of their tasks until this is opened.</summary>
    private void Hold() => registry.Store.ListGate = query =>
        query.Where.Any(condition => condition.Column == TaskKind.ContextId) && query.Where.All(condition => condition.Column != TaskKind.StatusAt)
        ? open.Task
        : Task.CompletedTask;

    private async Task<TaskClearing> Ended()
    {
        while (true)
        {
            if (await Tasks.GetClearingAsync(me) is { Running: false } ended)
            {
                return ended;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
