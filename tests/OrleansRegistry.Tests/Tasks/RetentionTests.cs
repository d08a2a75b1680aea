using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Grains;
using OrleansRegistry.Model;
using OrleansRegistry.Tasks;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class RetentionInMemory() : RetentionTests(new MemoryRegistry());

public sealed class RetentionOnPostgres() : RetentionTests(new PostgresRegistry().OrSkip());

public abstract class RetentionTests(TestRegistry registry) : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Caller me = TestRegistry.NewCaller();
    private readonly ShiftedTime time = new();

    private ITaskRegistry Tasks => registry.Tasks;

    public async ValueTask InitializeAsync()
    {
        registry.Time = time;
        registry.Configure = options => (options.TaskRetention, options.ContextRetention) = (Day, Day * 3);
        await registry.InitializeAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return registry.DisposeAsync();
    }

    [Fact]
    public async Task Tasks_that_are_over_for_long_go_and_no_other()
    {
        var over = (await Tasks.Submit(me, "m1", contextId: "c")).Task.Id;
        var open = (await Tasks.Submit(me, "m2", contextId: "c")).Task.Id;
        await Tasks.UpdateAsync(me, over, To(TaskState.Failed));
        time.Offset = Day / 2;
        var late = (await Tasks.Submit(me, "m3", contextId: "c")).Task.Id;
        await Tasks.CancelAsync(me, late);
        time.Offset = Day + TimeSpan.FromMinutes(1);
        await Upkeep();
        Assert.Equal([late, open], (await Tasks.ListAsync(me, new TaskQuery())).Tasks.Select(task => task.Id));
        time.Offset = Day * 10;
        await Upkeep();
        Assert.Equal([open], (await Tasks.ListAsync(me, new TaskQuery())).Tasks.Select(task => task.Id));
        Assert.NotNull(await registry.Contexts.GetAsync(me, "c"));
    }

    [Fact]
    public async Task Contexts_in_which_nothing_happens_go_with_what_is_over_in_them()
    {
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => Tasks.Submit(me, $"m{i}", contextId: $"open{i}")));
        var task = (await Tasks.Submit(me, "x", contextId: "idle")).Task.Id;
        time.Offset = Day * 2.5;
        await Tasks.CancelAsync(me, task);
        time.Offset = Day * 3.1;
        await registry.Contexts.UpdateAsync(me, "fresh", Bytes("{}"));
        await Upkeep();
        Assert.NotNull(await registry.Contexts.GetAsync(me, "idle"));
        time.Offset = Day * 5.6;
        await Upkeep();
        Assert.Null(await registry.Contexts.GetAsync(me, "idle"));
        Assert.NotNull(await registry.Contexts.GetAsync(me, "fresh"));
        Assert.Equal(120, (await Tasks.CountAsync(me, new TaskQuery())).Values.Sum());
    }

    [Fact]
    public async Task A_context_that_is_deleted_while_retention_looks_at_it_is_gone()
    {
        await registry.Contexts.UpdateAsync(me, "idle", Bytes("{}"));
        time.Offset += Day * 4;
        var looks = 0;
        registry.Store.ListGate = async filter =>
        {
            if (filter.Since is not null && looks++ == 0)
            {
                await registry.Contexts.DeleteAsync(me, "idle");
            }
        };
        var context = registry.Services.GetRequiredService<GrainReferences<IContextGrain>>().Get(me.Tenant, "idle");
        Assert.True(await context.Sweep(time.GetUtcNow() - (Day * 3)));
        registry.Store.ListGate = null;
        Assert.Null(await registry.Contexts.GetAsync(me, "idle"));
        Assert.Equal(1, looks);
    }

    private async Task Upkeep()
    {
        // More than one step holds.
        for (var i = 0; i < 3; i++)
        {
            await registry.Services.GetRequiredService<TaskUpkeep>().ApplyRetention(TestContext.Current.CancellationToken);
        }
    }
}
