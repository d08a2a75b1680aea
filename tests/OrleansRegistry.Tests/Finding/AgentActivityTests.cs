using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Finding;
using OrleansRegistry.Tests.Tasks;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Finding;

public sealed class ActivityInMemory(MemoryRegistry registry) : AgentActivityTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ActivityOnPostgres(PostgresRegistry registry) : AgentActivityTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>What tasks tell of agents.</summary>
public abstract class AgentActivityTests(TestRegistry registry) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Caller me = TestRegistry.NewCaller();
    private readonly ShiftedTime time = new();

    public async ValueTask InitializeAsync()
    {
        registry.Time = time;
        await registry.RestartAsync();
        foreach (var agent in (string[])["a", "b", "idle"])
        {
            await registry.Agents.RegisterAsync(me, Cards.Registration(agent));
        }
    }

    public ValueTask DisposeAsync()
    {
        registry.Configure = null;
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Tasks_are_counted_as_they_go_and_the_same_by_every_process()
    {
        var figures = NewFigures();
        await figures.ReadNewAsync(CancellationToken.None);
        Assert.Null(figures.Of(me.Tenant, "a"));

        await Submit("t1", "a", TaskState.Completed);
        await Submit("t2", "a", TaskState.Completed);
        await Submit("t3", "a", TaskState.Failed);
        await Submit("t4", "a", TaskState.Rejected);
        await Submit("t5", "a", TaskState.Canceled);
        await Submit("t6", "a", TaskState.Working);
        await Submit("t7", "b");
        await registry.Tasks.Submit(me, "m8", "t8");
        await figures.ReadNewAsync(CancellationToken.None);
        await figures.ReadNewAsync(CancellationToken.None);
        var a = figures.Of(me.Tenant, "a")!;
        Assert.Equal((1, 2, 2, 0.5), (a.OpenTasks, a.LastHour.Completed, a.LastDay.Failed, a.LastDay.SuccessRate));
        Assert.InRange(a.LastHour.MedianTime!.Value, TimeSpan.Zero, Minute);
        Assert.Equal(new AgentActivity(1, default, default), figures.Of(me.Tenant, "b"));
        Assert.Null(figures.Of(me.Tenant, "idle"));
        Assert.Null(figures.Of("other", "a"));

        // Another process, or this one after a restart.
        var others = NewFigures();
        await others.ReadNewAsync(CancellationToken.None);
        Assert.Equal(a, others.Of(me.Tenant, "a"));
        Assert.Equal(figures.Of(me.Tenant, "b"), others.Of(me.Tenant, "b"));

        // What is deleted is counted no more, and what is over ends to be open.
        await registry.Tasks.DeleteAsync(me, "t7");
        await registry.Tasks.UpdateAsync(me, "t6", To(TaskState.Completed));
        foreach (var some in (AgentTaskFigures[])[figures, others])
        {
            await some.ReadNewAsync(CancellationToken.None);
            await some.CheckAsync(CancellationToken.None);
            Assert.Equal((0, 3), (some.Of(me.Tenant, "a")!.OpenTasks, some.Of(me.Tenant, "a")!.LastDay.Completed));
            Assert.Null(some.Of(me.Tenant, "b"));
        }
    }

    [Fact]
    public async Task A_start_that_fails_is_made_again()
    {
        await Submit("t1", "a", TaskState.Completed);
        var store = new GoesBack(registry.Store);
        var figures = new AgentTaskFigures(store, time);
        await figures.ReadNewAsync(CancellationToken.None);
        time.Offset += Minute;
        store.Times++;
        registry.Store.BeforeList = () => throw new RegistryException(RegistryError.Unavailable, "Gone.");
        await Assert.ThrowsAsync<RegistryException>(() => figures.ReadNewAsync(CancellationToken.None));
        registry.Store.BeforeList = null;
        await figures.ReadNewAsync(CancellationToken.None);
        Assert.Equal(1, figures.Of(me.Tenant, "a")!.LastHour.Completed);
    }

    [Fact]
    public async Task Hours_and_days_pass()
    {
        var figures = NewFigures();
        await Submit("t1", "a", TaskState.Completed);
        await figures.ReadNewAsync(CancellationToken.None);
        time.Offset += TimeSpan.FromMinutes(59);
        Assert.Equal(1, figures.Of(me.Tenant, "a")!.LastHour.Completed);
        time.Offset += TimeSpan.FromMinutes(3);
        Assert.Equal((0, 1), (figures.Of(me.Tenant, "a")!.LastHour.Completed, figures.Of(me.Tenant, "a")!.LastDay.Completed));
        time.Offset += TimeSpan.FromHours(23);
        Assert.Null(figures.Of(me.Tenant, "a"));
        await figures.CheckAsync(CancellationToken.None);
        Assert.Null(figures.Of(me.Tenant, "a"));
        var others = NewFigures();
        await others.ReadNewAsync(CancellationToken.None);
        Assert.Null(others.Of(me.Tenant, "a"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Agents_are_shown_ordered_and_matched_by_their_tasks_after_a_restart_too()
    {
        registry.Configure = options => options.AgentActivity = true;
        await registry.RestartAsync();
        await Submit("t1", "a", TaskState.Completed);
        await Submit("t2", "b", TaskState.Failed);
        await Submit("t3", "b");
        await SeenAsync();
        await registry.RestartAsync();
        await SeenAsync();

        var finder = registry.Services.GetRequiredService<IAgentFinder>();
        Assert.Equal(["b", "a", "idle"], await Ids("-popularity"));
        Assert.Equal(["a", "b", "idle"], await Ids("-success"));
        Assert.Equal(["a", "idle", "b"], await Ids("load"));
        Assert.Equal(1, (await registry.Agents.ListAsync(me)).Agents[0].Activity!.LastDay.Completed);
        var found = await finder.MatchAsync(me, new AgentJob { MinSuccessRate = 0.5 });
        Assert.Equal(["a", "idle"], found.Agents.Select(candidate => candidate.Agent.Id));
        Assert.Equal(1, (await finder.GetManyAsync(me, ["b"])).Agents[0].Activity!.OpenTasks);

        async Task<IEnumerable<string>> Ids(string sort) =>
            (await registry.Agents.ListAsync(me, new AgentQuery { Sort = AgentSort.Parse(sort) })).Agents.Select(agent => agent.Id);

        async Task SeenAsync()
        {
            while ((await registry.Agents.GetAsync(me, "b"))?.Activity is not { OpenTasks: 1, LastDay.Failed: 1 }
                || (await registry.Agents.GetAsync(me, "a"))?.Activity is not { LastDay.Completed: 1 })
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>A store that goes back to what it was before, whenever a test says so.</summary>
    private sealed class GoesBack(IRecordStore inner) : DelegatingStore(inner)
    {
        public int Times { get; set; }

        public override long History => base.History + Times;
    }

    private AgentTaskFigures NewFigures() => new(registry.Services.GetRequiredService<IRecordStore>(), time);

    private async Task Submit(string id, string agent, TaskState? to = null)
    {
        await registry.Tasks.Submit(me, $"m-{id}", id, agent: agent);
        if (to is { } state)
        {
            await registry.Tasks.UpdateAsync(me, id, To(state));
        }
    }
}
