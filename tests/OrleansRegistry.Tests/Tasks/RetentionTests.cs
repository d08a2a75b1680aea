using Microsoft.Extensions.DependencyInjection;
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
        Assert.Equal([late, open], (await Tasks.ListAsync(me)).Tasks.Select(task => task.Id));
        time.Offset = Day * 10;
        await Upkeep();
        Assert.Equal([open], (await Tasks.ListAsync(me)).Tasks.Select(task => task.Id));
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
        Assert.Equal(120, (await Tasks.CountAsync(me)).Values.Sum());
    }

    [Fact]
    public async Task A_context_that_is_deleted_or_changed_while_retention_looks_at_it_is_left_alone()
    {
        var contexts = registry.Services.GetRequiredService<GrainReferences<IContextGrain>>();
        foreach (var changed in (bool[])[false, true])
        {
            await registry.Contexts.UpdateAsync(me, "idle", Bytes("{}"));
            time.Offset += Day * 4;
            var looks = 0;
            registry.Store.ListGate = async query =>
            {
                if (query.Where.Any(condition => condition.Column == TaskKind.StatusAt) && looks++ == 0)
                {
                    await (changed
                        ? registry.Contexts.UpdateAsync(me, "idle", Bytes("""{"new":true}"""))
                        : (Task)registry.Contexts.DeleteAsync(me, "idle"));
                }
            };
            Assert.Equal(!changed, await contexts.Get(me.Tenant, "idle").Sweep(time.GetUtcNow() - (Day * 3)));
            registry.Store.ListGate = null;
            Assert.Equal(changed, await registry.Contexts.GetAsync(me, "idle") is not null);
            Assert.Equal(1, looks);
        }
    }

    [Fact]
    public async Task One_round_takes_all_that_is_over_but_what_cannot_be_deleted()
    {
        // More than one step holds.
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            for (var i = 0; i < 33; i++)
            {
                await Tasks.CancelAsync(me, (await Tasks.Submit(me, $"m{worker}-{i}", $"t{worker}-{i}", "c")).Task.Id);
            }
        }));
        time.Offset = Day * 2;
        registry.Store.BeforeWrite = (_, key) =>
        {
            if (key.Id is "t0-0" or "t7-20")
            {
                throw new InvalidOperationException("This one cannot be written.");
            }
        };
        await Upkeep();
        Assert.Equal(["t0-0", "t7-20"], (await Tasks.ListAsync(me)).Tasks.Select(task => task.Id).Order(StringComparer.Ordinal));
        registry.Store.BeforeWrite = null;
        await Upkeep();
        Assert.Empty((await Tasks.ListAsync(me)).Tasks);
    }

    private async Task Upkeep()
    {
        await registry.Services.GetRequiredService<TaskUpkeep>().ApplyRetentionAsync(TestContext.Current.CancellationToken);
    }
}
