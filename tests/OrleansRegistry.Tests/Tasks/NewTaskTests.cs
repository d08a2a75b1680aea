namespace OrleansRegistry.Tests.Tasks;

/// <summary>A new task in a new context costs two writes and no read; and is as safe as one that is looked for first.</summary>
public abstract class NewTaskTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public async Task Nothing_is_read_for_what_cannot_be_there()
    {
        registry.Store.Reset();
        var made = await registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", "m1")));
        Assert.True(made.Created);
        Assert.Equal((0, 0), (registry.Store.Reads(TaskKind.Kind), registry.Store.Reads(ContextKind.Kind)));
        Assert.Equal((1, 1), (registry.Store.Writes(TaskKind.Kind), registry.Store.Writes(ContextKind.Kind)));
        Assert.Equal(made.Task.Id, Assert.Single((await registry.Contexts.GetAsync(me, made.Task.ContextId))!.TaskIds));
    }

    [Fact]
    public async Task A_message_that_comes_again_meets_its_task_whatever_is_active()
    {
        var made = await registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", "m1")));
        foreach (var restarts in (bool[])[false, true])
        {
            if (restarts)
            {
                await registry.RestartAsync();
            }

            var again = await registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", "m1")));
            Assert.Equal((false, true, made.Task.Id, made.Task.Generation), (again.Created, again.Repeated, again.Task.Id, again.Task.Generation));
        }

        var refusal = await Assert.ThrowsAsync<RegistryException>(
            () => registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("other", "m1"))));
        Assert.Equal(RegistryError.IdReused, refusal.Error);
    }

    [Fact]
    public async Task The_same_message_from_many_at_once_makes_one_task()
    {
        var all = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", "m1")))));
        Assert.Single(all, submitted => submitted.Created);
        Assert.Single(all.Select(submitted => submitted.Task.Id).Distinct());
    }

    [Fact]
    public async Task A_store_that_refuses_either_write_is_told_as_it_is_and_the_next_try_goes_through()
    {
        foreach (var failing in (RecordKind[])[ContextKind.Kind, TaskKind.Kind])
        {
            var id = $"m-{failing}";
            registry.Store.BeforeWrite = (kind, _) =>
            {
                if (kind == failing)
                {
                    throw new RegistryException(RegistryError.StorageFull, "The disk is full.");
                }
            };
            var refusal = await Assert.ThrowsAsync<RegistryException>(
                () => registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", id))));
            Assert.Equal(RegistryError.StorageFull, refusal.Error);
            registry.Store.BeforeWrite = null;
            Assert.True((await registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", id)))).Created);
        }
    }

    [Fact]
    public async Task A_context_that_was_written_without_an_answer_is_found()
    {
        var lost = 0;
        registry.Store.Reset();
        registry.Store.AfterWrite = (kind, _) =>
        {
            if (kind == ContextKind.Kind && lost++ == 0)
            {
                throw new RecordOutcomeUnknownException("The answer was lost.");
            }
        };
        var made = await registry.Tasks.SubmitAsync(me, new TaskSubmission(TextMessage.User("hi", "m1")));
        registry.Store.AfterWrite = null;
        Assert.True(made.Created);
        Assert.Equal(1, registry.Store.Writes(ContextKind.Kind));
        Assert.Equal(1, (await registry.Contexts.GetAsync(me, made.Task.ContextId))!.TaskCount);
    }
}

public sealed class NewTaskOnMemoryTests(MemoryRegistry registry) : NewTaskTests(registry), IClassFixture<MemoryRegistry>;

public sealed class NewTaskOnPostgresTests(PostgresRegistry registry) : NewTaskTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;
