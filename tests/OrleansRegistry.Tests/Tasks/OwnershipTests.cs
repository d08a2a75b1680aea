using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class OwnershipInMemory(MemoryRegistry registry) : OwnershipTests(registry), IClassFixture<MemoryRegistry>;

public sealed class OwnershipOnPostgres(PostgresRegistry registry) : OwnershipTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>Another owner's task or context is one that does not exist, on every path.</summary>
public abstract class OwnershipTests(TestRegistry registry)
{
    private readonly Caller alice = TestRegistry.NewCaller();

    private Caller Bob => alice with { Subject = "bob" };

    private ITaskRegistry Tasks => registry.Tasks;

    private IContextRegistry Contexts => registry.Contexts;

    [Fact]
    public async Task Another_owners_task_is_not_found()
    {
        var task = (await Tasks.Submit(alice, "m1", agent: "a")).Task;
        await Tasks.SaveWebhookAsync(alice, task.Id, Bytes("""{"url":"http://x"}"""), "w");
        await Tasks.AddFeedbackAsync(alice, task.Id, Bytes("{}"));
        var id = task.Id;
        foreach (var call in (Func<Caller, string, Task>[])
            [
                (me, at) => Tasks.ReadHistoryAsync(me, at),
                (me, at) => Tasks.UpdateAsync(me, at, To(TaskState.Working)),
                (me, at) => Tasks.CancelAsync(me, at),
                (me, at) => Tasks.DeleteAsync(me, at),
                (me, at) => Tasks.SaveWebhookAsync(me, at, Bytes("""{"url":"http://y"}"""), "w"),
                (me, at) => Tasks.ListWebhooksAsync(me, at),
                (me, at) => Tasks.DeleteWebhookAsync(me, at, "w"),
                (me, at) => Tasks.AddFeedbackAsync(me, at, Bytes("{}")),
                (me, at) => Tasks.ListFeedbackAsync(me, at),
                (me, at) => Tasks.RenewAsync(me, at, "guess", TimeSpan.FromSeconds(5)),
                (me, at) => Tasks.ReleaseAsync(me, at, "guess"),
                (me, at) => Tasks.UpdateAsync(me, at, To(TaskState.Working) with { LeaseToken = "guess" }),
                async (me, at) => await Tasks.WatchAsync(me, at).GetAsyncEnumerator().MoveNextAsync(),
            ])
        {
            var another = await Refused(RegistryError.NotFound, () => call(Bob, id));
            var absent = await Refused(RegistryError.NotFound, () => call(Bob, "there-is-none"));
            Assert.Equal((absent.Message, absent.Field), (another.Message, another.Field));
        }

        await Refused(RegistryError.NotFound, () => Tasks.Submit(Bob, "m2", id));
        Assert.Null(await Tasks.GetAsync(Bob, id));
        Assert.Null(await Tasks.GetAsync(alice with { Tenant = "other" }, id));
        Assert.Null(await Tasks.WaitAsync(Bob, id, 0, TimeSpan.Zero));
        Assert.Empty((await Tasks.ListAsync(Bob, new TaskQuery { CountTotal = true })).Tasks);
        Assert.Empty((await Tasks.ListAsync(Bob, new TaskQuery { ContextId = task.ContextId })).Tasks);
        Assert.Empty(await Tasks.CountAsync(Bob));
        Assert.Equal((2L, 1L), ((await Tasks.GetAsync(alice, id))!.Changes, (await Tasks.GetAsync(alice, id))!.HistoryCount));
        Assert.Empty((await Contexts.ListAsync(Bob)).Contexts);
    }

    [Fact]
    public async Task Another_owners_context_is_not_found()
    {
        await Contexts.UpdateAsync(alice, "c", Bytes("""{"x":1}"""));
        foreach (var call in (Func<Task>[])
            [
                () => Tasks.Submit(Bob, "m", contextId: "c"),
                () => Contexts.UpdateAsync(Bob, "c", Bytes("{}")),
                () => Contexts.AppendAsync(Bob, "c", [Message("m")]),
                () => Contexts.ReadMessagesAsync(Bob, "c"),
                () => Contexts.ClearAsync(Bob, "c"),
                () => Contexts.DeleteAsync(Bob, "c"),
                async () => await Contexts.WatchAsync(Bob, "c").GetAsyncEnumerator().MoveNextAsync(),
            ])
        {
            await Refused(RegistryError.NotFound, call);
        }

        Assert.Null(await Contexts.GetAsync(Bob, "c"));
        Assert.Empty((await Contexts.ListAsync(Bob)).Contexts);
        Assert.Equal(default, await Tasks.ClearAllAsync(Bob));
        Assert.Equal(1, (await Contexts.GetAsync(alice, "c"))!.Context.Changes);
    }

    [Fact]
    public async Task The_same_message_of_two_owners_is_two_tasks()
    {
        var first = (await Tasks.Submit(alice, "m")).Task;
        var second = (await Tasks.Submit(Bob, "m")).Task;
        Assert.NotEqual(first.Id, second.Id);
        Assert.NotEqual(first.ContextId, second.ContextId);
        Assert.Equal(("alice", "bob"), (first.Owner, second.Owner));
    }

    [Theory]
    [InlineData("", "x", "tenant")]
    [InlineData("a/b", "x", "tenant")]
    [InlineData("a", "", "subject")]
    [InlineData("a", "line\nbreak", "subject")]
    public async Task A_caller_that_is_none_is_refused(string tenant, string subject, string field)
    {
        var caller = new Caller(tenant, subject);
        foreach (var call in (Func<Task>[])
            [
                () => Tasks.Submit(caller),
                () => Tasks.GetAsync(caller, "x"),
                () => Tasks.ListAsync(caller),
                () => Tasks.ClearAllAsync(caller),
                () => Contexts.GetAsync(caller, "x"),
                () => Contexts.ListAsync(caller),
                () => Tasks.Claim(caller, "a"),
            ])
        {
            Assert.Equal(field, (await Refused(RegistryError.Invalid, call)).Field);
        }
    }
}
