using Microsoft.Extensions.DependencyInjection;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class ClaimsInMemory(MemoryRegistry registry) : ClaimTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ClaimsOnPostgres(PostgresRegistry registry) : ClaimTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

public abstract class ClaimTests(TestRegistry registry) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Caller me = TestRegistry.NewCaller();
    private readonly ShiftedTime time = new();

    private Caller Worker => me with { Subject = "worker" };

    private ITaskRegistry Tasks => registry.Tasks;

    public async ValueTask InitializeAsync()
    {
        registry.Time = time;
        await registry.RestartAsync();
        foreach (var agent in (string[])["a", "b", "c"])
        {
            await registry.Agents.RegisterAsync(me, Cards.Registration(agent) with { Workers = [Worker.Subject] });
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_worker_claims_the_oldest_task_works_on_it_and_completes_it()
    {
        var first = (await Tasks.Submit(me, "m1", agent: "a")).Task;
        await Tasks.Submit(me, "m2", agent: "b");
        Assert.Null(await Claim("c"));
        var claimed = (await Claim("a"))!;
        Assert.Equal((first.Id, TaskState.Working, 2L, "w"), (claimed.Id, claimed.Status.State, claimed.Changes, claimed.Lease!.Worker));
        Assert.Equal(["m1"], claimed.History.Select(IdOf));
        Assert.Null(await Claim("a"));
        Assert.Equal("", (await Tasks.GetAsync(me, first.Id))!.Lease!.Token);

        var token = claimed.Lease.Token;
        Assert.Null(await Tasks.GetAsync(Worker, first.Id));
        Assert.NotNull(await Tasks.GetAsync(Worker, first.Id, new TaskView { LeaseToken = token }));
        var renewed = await Tasks.RenewAsync(Worker, first.Id, token, TimeSpan.FromMinutes(5));
        Assert.True(renewed.Lease!.ExpiresAt > claimed.Lease.ExpiresAt && renewed.Lease.Token == token);
        await Tasks.UpdateAsync(Worker, first.Id, Say("m3") with { LeaseToken = token });
        var done = await Tasks.UpdateAsync(Worker, first.Id, To(TaskState.Completed) with { LeaseToken = token });
        Assert.Equal((TaskState.Completed, null as TaskLease), (done.Status.State, done.Lease));
        await Refused(RegistryError.Conflict, () => Tasks.UpdateAsync(Worker, first.Id, Say("m4") with { LeaseToken = token }));
        Assert.Null(await Tasks.GetAsync(Worker, first.Id, new TaskView { LeaseToken = token }));
    }

    [Fact]
    public async Task Workers_who_wait_for_nothing_look_seldom_and_are_woken_by_what_comes()
    {
        Assert.Null(await Claim("b"));
        registry.Store.Reset();
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await Claim("b", $"w{i}"));
        }

        Assert.Equal(0, registry.Store.Lists);
        var waiting = Tasks.ClaimAsync(Worker, "b", new TaskClaim("w") { Wait = TimeSpan.FromSeconds(30) }, TestContext.Current.CancellationToken);
        var id = (await Tasks.Submit(me, "m1", agent: "b")).Task.Id;
        Assert.Equal(id, (await waiting)!.Id);
        await Tasks.Submit(me, "m2", agent: "b");
        Assert.NotNull(await Claim("b"));
    }

    [Fact]
    public async Task A_task_that_cannot_be_claimed_keeps_no_worker_from_the_others()
    {
        var bad = (await Tasks.Submit(me, "m1", agent: "c")).Task.Id;
        var good = (await Tasks.Submit(me, "m2", agent: "c")).Task.Id;
        registry.Store.BeforeWrite = (kind, key) =>
        {
            if (key.Id == bad)
            {
                throw new InvalidOperationException("This one cannot be written.");
            }
        };
        Assert.Equal(good, (await Claim("c"))!.Id);
        Assert.Null(await Claim("c"));
        registry.Store.BeforeWrite = null;
    }

    [Fact]
    public async Task A_renewal_is_no_change_of_the_task_and_is_seen_by_upkeep()
    {
        var id = (await Tasks.Submit(me, "m1", agent: "a")).Task.Id;
        var claimed = (await Claim("a"))!;
        await using var events = Tasks.WatchAsync(me, id, claimed.Generation, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = events.MoveNextAsync().AsTask();
        for (var i = 0; i < 3; i++)
        {
            time.Offset += Minute * 0.9;
            var renewed = await Tasks.RenewAsync(Worker, id, claimed.Lease!.Token, Minute);
            Assert.Equal((claimed.Generation, claimed.UpdatedAt), (renewed.Generation, renewed.UpdatedAt));
        }

        await registry.Services.GetRequiredService<TaskUpkeep>().EndLeasesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TaskState.Working, (await Tasks.GetAsync(me, id))!.Status.State);
        Assert.False(next.IsCompleted);

        // The owner's condition still holds, and its change is the next event; the lease ends as its last renewal says.
        var changed = await Tasks.UpdateAsync(me, id, Say("m2") with { IfGeneration = claimed.Generation });
        Assert.True(await next);
        Assert.Equal((changed.Generation, claimed.Generation + 1), (events.Current.Generation, changed.Generation));
        time.Offset += Minute * 1.1;
        await registry.Services.GetRequiredService<TaskUpkeep>().EndLeasesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TaskState.Submitted, (await Tasks.GetAsync(me, id))!.Status.State);
    }

    [Fact]
    public async Task A_lost_workers_task_comes_back()
    {
        var id = (await Tasks.Submit(me, "m1", agent: "a")).Task.Id;
        var token = (await Claim("a"))!.Lease!.Token;
        time.Offset += Minute * 2;
        await Refused(RegistryError.Conflict, () => Tasks.UpdateAsync(Worker, id, Say("late") with { LeaseToken = token }));
        await Refused(RegistryError.Conflict, () => Tasks.RenewAsync(Worker, id, token, Minute));
        await registry.Services.GetRequiredService<TaskUpkeep>().EndLeasesAsync(TestContext.Current.CancellationToken);
        var back = (await Tasks.GetAsync(me, id))!;
        Assert.Equal((TaskState.Submitted, null as TaskLease), (back.Status.State, back.Lease));
        var again = (await Claim("a", "w2"))!;
        Assert.Equal((id, "w2"), (again.Id, again.Lease!.Worker));
        Assert.NotEqual(token, again.Lease.Token);
        Assert.Equal(
            "lease_token",
            (await Refused(RegistryError.Conflict, () => Tasks.UpdateAsync(me, id, Say("late") with { LeaseToken = token }))).Field);

        time.Offset += Minute * 2;
        Assert.Equal("w3", (await Claim("a", "w3"))!.Lease!.Worker);
    }

    [Fact]
    public async Task A_lease_ends_when_the_task_is_no_longer_worked_on()
    {
        foreach (var end in (Func<string, string, Task>[])
            [
                (id, token) => Tasks.ReleaseAsync(Worker, id, token),
                (id, token) => Tasks.UpdateAsync(Worker, id, To(TaskState.InputRequired) with { LeaseToken = token }),
                (id, _) => Tasks.CancelAsync(me, id),
                (id, _) => Tasks.Submit(me, "more", id),
                (id, _) => Tasks.UpdateAsync(me, id, To(TaskState.Submitted)),
            ])
        {
            var id = (await Tasks.Submit(me, agent: "a")).Task.Id;
            var claimed = (await Claim("a"))!;
            Assert.Equal(id, claimed.Id);
            await end(id, claimed.Lease!.Token);
            Assert.Null((await Tasks.GetAsync(me, id))!.Lease);
            await Assert.ThrowsAsync<RegistryException>(() => Tasks.RenewAsync(Worker, id, claimed.Lease.Token, Minute));
            await Tasks.DeleteAsync(me, id);
        }
    }

    [Fact]
    public async Task Concurrent_workers_get_different_tasks_and_each_task_is_claimed_once()
    {
        var ids = (await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Tasks.Submit(me, $"m{i}", agent: "a")))).Select(
            submitted => submitted.Task.Id);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 130).Select(i => Claim("a", $"w{i}")));
        Assert.Equal(30, claimed.Count(task => task is null));
        Assert.Equal(ids.Order(), claimed.OfType<TaskRecord>().Select(task => task.Id).Order());
    }

    [Fact]
    public async Task A_waiting_worker_gets_a_task_as_it_comes()
    {
        var waiting = Enumerable.Range(0, 3).Select(i => Tasks.ClaimAsync(Worker, "a", new TaskClaim($"w{i}") { Wait = Minute })).ToList();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await Tasks.Submit(me, $"m{i}", agent: "a")).Task.Id);
        }

        Assert.Equal(ids.Order(), (await Task.WhenAll(waiting)).Select(task => task!.Id).Order());
        var next = Tasks.ClaimAsync(Worker, "a", new TaskClaim("w") { Wait = Minute });
        var token = (await Tasks.GetAsync(me, ids[0])) is { }
            ? waiting.Select(task => task.Result!).Single(task => task.Id == ids[0]).Lease!.Token
            : "";
        await Tasks.ReleaseAsync(Worker, ids[0], token);
        Assert.Equal(ids[0], (await next)!.Id);
    }

    [Fact]
    public async Task A_new_task_and_its_agents_first_worker_call_each_other_in_their_first_turns()
    {
        using var written = new ManualResetEventSlim();
        using var looking = new ManualResetEventSlim();
        registry.Store.AfterWrite = (kind, _) =>
        {
            if (kind == TaskKind.Kind)
            {
                written.Set();
                looking.Wait(Minute / 20);
            }
        };
        registry.Store.BeforeList = () =>
        {
            looking.Set();
            written.Wait(Minute / 20);
        };
        var submitting = Task.Run(() => Tasks.Submit(me, agent: "a"));
        var claimed = await Task.Run(() => Claim("a"));
        Assert.Equal((await submitting).Task.Id, claimed!.Id);
    }

    private Task<TaskRecord?> Claim(string agent, string worker = "w") => Tasks.Claim(Worker, agent, worker);
}

/// <summary>The system's time, with a clock that can be put forward.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
