using Microsoft.Extensions.DependencyInjection;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class DeadlinesInMemory() : DeadlineTests(new MemoryRegistry());

public sealed class DeadlinesOnPostgres() : DeadlineTests(new PostgresRegistry().OrSkip());

/// <summary>Tasks that nobody brings to an end come to one.</summary>
public abstract class DeadlineTests(TestRegistry registry) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Caller me = TestRegistry.NewCaller();
    private readonly ShiftedTime time = new();

    private ITaskRegistry Tasks => registry.Tasks;

    private DateTimeOffset Soon => time.GetUtcMilliseconds() + Minute;

    public async ValueTask InitializeAsync()
    {
        registry.Time = time;
        await registry.InitializeAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return registry.DisposeAsync();
    }

    [Fact]
    public async Task A_task_fails_at_its_deadline_in_any_state_and_says_why_and_its_watchers_are_told()
    {
        var deadline = Soon;
        var open = await Submit("m1", deadline);
        Assert.Equal((deadline, TaskState.Submitted), (open.Deadline, open.Status.State));
        var asking = (await Submit("m2", deadline)).Id;
        await Tasks.UpdateAsync(me, asking, To(TaskState.InputRequired) with { StatusMessage = Message("q", "which?") });
        var claimed = (await Submit("m3", deadline, "a")).Id;
        var token = (await Claim("a"))!.Lease!.Token;
        var over = (await Submit("m4", deadline)).Id;
        await Tasks.CancelAsync(me, over);
        var later = (await Submit("m5", deadline + Minute)).Id;
        await using var watch = Tasks.WatchAsync(me, open.Id, open.Generation, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var told = watch.MoveNextAsync().AsTask();

        await registry.Services.GetRequiredService<TaskUpkeep>().EndDeadlinesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TaskState.Submitted, (await Get(open.Id)).Status.State);
        time.Offset += Minute * 1.1;
        await registry.Services.GetRequiredService<TaskUpkeep>().EndDeadlinesAsync(TestContext.Current.CancellationToken);
        foreach (var id in (string[])[open.Id, asking, claimed])
        {
            var failed = await Get(id);
            Assert.Equal((TaskState.Failed, deadline, null as TaskLease), (failed.Status.State, failed.Deadline, failed.Lease));
            Assert.Contains("deadline", Member(failed.Status.Message, "parts"), StringComparison.Ordinal);
            Assert.Equal("""{"reason":"deadline"}""", Member(failed.Status.Message, "metadata"));
        }

        Assert.True(await told);
        Assert.Equal(TaskState.Failed, watch.Current.Status!.State);
        Assert.Equal(["m2", "q"], (await Get(asking)).History.Select(IdOf));
        Assert.Equal((TaskState.Canceled, TaskState.Submitted), ((await Get(over)).Status.State, (await Get(later)).Status.State));
        await Refused(RegistryError.Conflict, () => Tasks.RenewAsync(me, claimed, token, Minute));
        await Refused(RegistryError.Terminal, () => Tasks.Submit(me, "more", open.Id));
    }

    [Fact]
    public async Task A_task_past_its_deadline_is_given_to_no_worker_and_survives_a_restart_as_it_was()
    {
        var id = (await Submit("m1", Soon, "a")).Id;
        await registry.RestartAsync();
        time.Offset += Minute * 2;
        Assert.Null(await Claim("a"));
        Assert.Equal(TaskState.Failed, (await Get(id)).Status.State);
    }

    [Fact]
    public async Task Deadlines_lie_ahead_and_not_too_far_and_a_message_that_continues_a_task_can_move_its_own()
    {
        foreach (var wrong in (DateTimeOffset[])[
            time.GetUtcNow() - Minute, time.GetUtcNow() + TaskRules.MaxDeadline + Minute, DateTimeOffset.MinValue, DateTimeOffset.MaxValue])
        {
            Assert.Equal("deadline", (await Refused(RegistryError.Invalid, () => Submit("wrong", wrong))).Field);
        }

        var deadline = Soon;
        var task = await Submit("m1", deadline);
        var submission = new TaskSubmission(Message("m2")) { TaskId = task.Id };
        Assert.Equal(deadline, (await Tasks.SubmitAsync(me, submission)).Task.Deadline);
        await Refused(
            RegistryError.Invalid,
            () => Tasks.SubmitAsync(me, submission with { Message = Message("m3"), Deadline = time.GetUtcNow() - Minute }));
        Assert.Equal(
            deadline + Minute,
            (await Tasks.SubmitAsync(me, submission with { Message = Message("m3"), Deadline = deadline + Minute })).Task.Deadline);
    }

    [Fact]
    public async Task A_submission_sent_again_is_known_by_its_deadline_too_also_once_that_is_over()
    {
        var deadline = Soon;
        var first = new TaskSubmission(Message("m1")) { Deadline = deadline };
        var id = (await Tasks.SubmitAsync(me, first)).Task.Id;
        Assert.True((await Tasks.SubmitAsync(me, first)).Repeated);
        Assert.Contains(
            "deadline",
            (await Refused(RegistryError.IdReused, () => Tasks.SubmitAsync(me, first with { Deadline = deadline + Minute }))).Message,
            StringComparison.Ordinal);
        time.Offset += Minute * 2;
        var again = await Tasks.SubmitAsync(me, first);
        Assert.Equal((true, id), (again.Repeated, again.Task.Id));
        await Refused(RegistryError.KeyReused, async () =>
        {
            var keyed = me with { IdempotencyKey = "k" };
            await Tasks.SubmitAsync(keyed, new TaskSubmission(Message(null)) { Deadline = Soon });
            time.Offset += Minute / 10;
            await Tasks.SubmitAsync(keyed, new TaskSubmission(Message(null)) { Deadline = Soon });
        });
    }

    [Fact]
    public async Task New_tasks_get_the_deadline_that_is_set_unless_they_bring_their_own()
    {
        registry.Configure = options => options.TaskDeadline = Minute * 5;
        await registry.RestartAsync();
        var usual = await Submit("m1", null);
        Assert.Equal(usual.CreatedAt + (Minute * 5), usual.Deadline);
        var deadline = Soon;
        Assert.Equal(deadline, (await Submit("m2", deadline)).Deadline);
        time.Offset += Minute * 6;
        await registry.Services.GetRequiredService<TaskUpkeep>().EndDeadlinesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TaskState.Failed, (await Get(usual.Id)).Status.State);
    }

    [Fact]
    public async Task Claims_that_bring_nothing_end_the_task_after_so_many_whether_they_run_out_or_are_given_back()
    {
        var id = (await Submit("m1", null, "a")).Id;
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var claimed = (await Claim("a", $"w{attempt}"))!;
            Assert.Equal((id, attempt), (claimed.Id, claimed.Attempts));
            await Tasks.RenewAsync(me, id, claimed.Lease!.Token, Minute);
            Assert.Equal(attempt, (await Get(id)).Attempts);
            await (attempt % 2 == 0 ? Tasks.ReleaseAsync(me, id, claimed.Lease.Token) : RunOut());
        }

        var failed = await Get(id);
        Assert.Equal((TaskState.Failed, """{"reason":"attempts"}"""), (failed.Status.State, Member(failed.Status.Message, "metadata")));
        Assert.Contains("'w5'", failed.Status.Message.ToString(), StringComparison.Ordinal);
        Assert.Null(await Claim("a"));
    }

    [Fact]
    public async Task What_a_worker_changes_or_an_owner_decides_begins_the_count_anew()
    {
        registry.Configure = options => options.TaskMaxAttempts = 2;
        await registry.RestartAsync();
        var id = (await Submit("m1", null, "a")).Id;
        var steps = (Func<string, Task>[])
        [
            token => Tasks.UpdateAsync(me, id, Say("step") with { LeaseToken = token }),
            token => Tasks.UpdateAsync(me, id, new TaskUpdate { Artifacts = [Artifact("x", "y")], LeaseToken = token }),
            token => Tasks.UpdateAsync(me, id, new TaskUpdate { Metadata = Bytes("""{"done":1}"""), LeaseToken = token }),
            _ => Tasks.Submit(me, "go on", id),
            _ => Tasks.UpdateAsync(me, id, To(TaskState.Submitted)),
        ];
        foreach (var step in steps)
        {
            await Claim("a");
            await RunOut();
            await step((await Claim("a"))!.Lease!.Token);
            await RunOut();
            Assert.Equal((TaskState.Submitted, 0), ((await Get(id)).Status.State, (await Get(id)).Attempts));
        }

        // The same message again is no change, and so is what somebody else says meanwhile.
        await Claim("a");
        await RunOut();
        var last = (await Claim("a"))!;
        await Tasks.UpdateAsync(me, id, Say("step") with { LeaseToken = last.Lease!.Token });
        await Tasks.UpdateAsync(me, id, Say("by the owner"));
        await RunOut();
        Assert.Equal(TaskState.Failed, (await Get(id)).Status.State);
    }

    [Fact]
    public async Task Without_a_limit_of_attempts_a_task_comes_back_for_ever()
    {
        registry.Configure = options => options.TaskMaxAttempts = 0;
        await registry.RestartAsync();
        var id = (await Submit("m1", null, "a")).Id;
        for (var i = 0; i < 8; i++)
        {
            Assert.NotNull(await Claim("a"));
            await RunOut();
        }

        Assert.Equal(TaskState.Submitted, (await Get(id)).Status.State);
    }

    private async Task<TaskRecord> Submit(string messageId, DateTimeOffset? deadline, string? agent = null) =>
        (await Tasks.SubmitAsync(me, new TaskSubmission(Message(messageId)) { Deadline = deadline, AgentId = agent })).Task;

    private async Task<TaskRecord> Get(string id) => (await Tasks.GetAsync(me, id))!;

    private Task<TaskRecord?> Claim(string agent, string worker = "w") => Tasks.Claim(me, agent, worker);

    private Task RunOut()
    {
        time.Offset += Minute * 1.1;
        return registry.Services.GetRequiredService<TaskUpkeep>().EndLeasesAsync(TestContext.Current.CancellationToken);
    }
}
