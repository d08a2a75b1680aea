using Microsoft.Extensions.DependencyInjection;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>The holder of a lease reads and watches the task of another owner, as long as the lease lasts.</summary>
public sealed class LeaseReadTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>, IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ShiftedTime time = new();
    private Caller me = TestRegistry.NewCaller();
    private string id = "";
    private string token = "";

    private Caller Worker => me with { Subject = "worker" };

    private ITaskRegistry Tasks => registry.Tasks;

    public async ValueTask InitializeAsync()
    {
        me = TestRegistry.NewCaller();
        registry.Time = time;
        await registry.RestartAsync();
        await registry.Agents.RegisterAsync(me, Cards.Registration("a") with { Workers = [Worker.Subject] });
        id = (await Tasks.Submit(me, "m1", agent: "a")).Task.Id;
        token = (await Tasks.Claim(Worker, "a"))!.Lease!.Token;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_watches_what_happens_up_to_what_ends_the_lease()
    {
        foreach (var end in (Func<Task>[])
            [
                () => Tasks.CancelAsync(me, id),
                () => Tasks.Submit(me, "more", id),
                () => Tasks.UpdateAsync(Worker, id, To(TaskState.InputRequired) with { LeaseToken = token }),
                () => Tasks.UpdateAsync(Worker, id, To(TaskState.Completed) with { LeaseToken = token }),
                () => Tasks.DeleteAsync(me, id),
                RunOut,
            ])
        {
            await InitializeAsync();
            await using var watch = Watch(Worker, token);
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal((TaskState.Working, 1), (watch.Current.Snapshot!.Status.State, watch.Current.Snapshot.History.Count));
            Assert.Equal("", watch.Current.Snapshot.Lease!.Token);
            await Tasks.UpdateAsync(me, id, Say("hint"));
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal("hint", IdOf(watch.Current.Messages!.Single()));
            var next = watch.MoveNextAsync().AsTask();
            await end();
            Assert.True(await next);
            Assert.True(watch.Current.Deleted || watch.Current.Status is { State: not TaskState.Working });
            Assert.False(await watch.MoveNextAsync());
        }
    }

    [Fact]
    public async Task It_waits_for_changes_and_is_told_that_the_lease_is_over()
    {
        var view = new TaskView { LeaseToken = token };
        var generation = (await Tasks.GetAsync(Worker, id, view))!.Generation;
        var waiting = Tasks.WaitAsync(Worker, id, generation, Minute, view, TestContext.Current.CancellationToken);
        await Tasks.UpdateAsync(me, id, Say("hint"));
        Assert.Equal(generation + 1, (await waiting)!.Generation);
        waiting = Tasks.WaitAsync(Worker, id, generation + 1, Minute, view, TestContext.Current.CancellationToken);
        await Tasks.CancelAsync(me, id);
        Assert.Equal(TaskState.Canceled, (await Refused(RegistryError.Conflict, () => waiting)).CurrentState);
    }

    [Fact]
    public async Task Once_the_lease_is_over_and_without_it_there_is_no_such_task()
    {
        await Refused(RegistryError.NotFound, async () => await Watch(Worker, null).MoveNextAsync());
        await Refused(RegistryError.NotFound, async () => await Watch(Worker, "wrong").MoveNextAsync());
        await Refused(RegistryError.NotFound, () => Tasks.ListWebhooksAsync(Worker, id, "wrong"));
        await Tasks.SaveWebhookAsync(me, id, Bytes("""{"url":"https://example.org"}"""), "w1");
        Assert.Single(await Tasks.ListWebhooksAsync(Worker, id, token));
        await RunOut();
        await Refused(RegistryError.NotFound, async () => await Watch(Worker, token).MoveNextAsync());
        await Refused(RegistryError.NotFound, () => Tasks.ListWebhooksAsync(Worker, id, token));
        Assert.Null(await Tasks.WaitAsync(Worker, id, 0, Minute, new TaskView { LeaseToken = token }));
    }

    [Fact]
    public async Task Its_events_end_where_the_task_was_lost_from_memory_with_the_lease()
    {
        await using var watch = Watch(Worker, token);
        Assert.True(await watch.MoveNextAsync());
        await Tasks.CancelAsync(me, id);
        await registry.RestartAsync();
        await using var late = registry.Tasks.WatchAsync(Worker, id, 2, token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await Refused(RegistryError.NotFound, async () => await late.MoveNextAsync());
    }

    private IAsyncEnumerator<TaskEvent> Watch(Caller caller, string? leaseToken) =>
        Tasks.WatchAsync(caller, id, null, leaseToken, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

    private Task RunOut()
    {
        time.Offset += Minute * 1.1;
        return registry.Services.GetRequiredService<TaskUpkeep>().EndLeasesAsync(TestContext.Current.CancellationToken);
    }
}
