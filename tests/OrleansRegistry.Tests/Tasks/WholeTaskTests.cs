using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class WholeTasksInMemory(MemoryRegistry registry) : WholeTaskTests(registry), IClassFixture<MemoryRegistry>;

public sealed class WholeTasksOnPostgres(PostgresRegistry registry) : WholeTaskTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>Tasks that are put whole, as other task stores save them.</summary>
public abstract class WholeTaskTests(TestRegistry registry)
{
    private static readonly DateTimeOffset Then = new(2024, 5, 6, 7, 8, 9, 10, TimeSpan.Zero);

    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    [Theory]
    [InlineData(TaskState.Submitted)]
    [InlineData(TaskState.AuthRequired)]
    [InlineData(TaskState.Rejected)]
    public async Task A_task_is_made_in_any_state_by_one_write(TaskState state)
    {
        await registry.Contexts.UpdateAsync(me, "c", Bytes("{}"));
        registry.Store.Reset();
        var made = await Tasks.PutAsync(me, "t", new TaskPut(state)
        {
            ContextId = "c",
            AgentId = "a",
            StatusAt = Then.AddTicks(1234),
            StatusMessage = Message("s", "why"),
            Messages = [Message("m1"), Message(null, "no id")],
            Artifacts = [Bytes("""{"artifactId":"x","parts":[{"text":"1"},{"text":"2"}]}""")],
            Metadata = Bytes("""{"a": 1.0}"""),
        });
        Assert.Equal((1, 0), (registry.Store.Writes(TaskKind.Kind), registry.Store.Writes(PageKind.Kind)));
        Assert.True(made is { Created: true, Repeated: false });
        await registry.RestartAsync();
        var task = (await Tasks.GetAsync(me, "t"))!;
        Assert.Equal(
            (state, Then, "c", "a", made.Task.Generation),
            (task.Status.State, task.Status.Timestamp, task.ContextId, task.AgentId, task.Generation));
        Assert.Equal([Json(Message("m1")), Json(Message(null, "no id"))], task.History.Select(message => message.ToString()));
        Assert.Equal("""{"artifactId":"x","parts":[{"text":"1"},{"text":"2"}]}""", Assert.Single(task.Artifacts).ToString());
        Assert.Equal((Json(Message("s", "why")), """{"a": 1.0}"""), (task.Status.Message.ToString(), task.Metadata.ToString()));
    }

    [Fact]
    public async Task One_more_message_is_one_append_and_the_same_again_is_nothing()
    {
        List<ReadOnlyMemory<byte>> messages = [Message("m0")];
        await Put(messages);
        await using var watch = Tasks.WatchAsync(me, "t", cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        for (var i = 1; i <= 100; i++)
        {
            messages.Add(Message($"m{i}"));
            registry.Store.Reset();
            var put = await Put(messages);
            Assert.Equal((1, 0), (registry.Store.Writes(TaskKind.Kind), registry.Store.Reads(PageKind.Kind)));
            Assert.InRange(registry.Store.Writes(PageKind.Kind), 0, 1);
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal((put.Task.Generation, $"m{i}"), (watch.Current.Generation, IdOf(Assert.Single(watch.Current.Messages!))));

            registry.Store.Reset();
            Assert.Equal(put.Task.Generation, (await Put(messages)).Task.Generation);
            Assert.Equal(0, registry.Store.Writes(TaskKind.Kind));
        }

        // After a restart, and after a change that came another way, what is stored is read once.
        await registry.RestartAsync();
        var before = (await Put(messages)).Task;
        var added = await Tasks.UpdateAsync(me, "t", Say("other way"));
        Assert.Equal(before.Generation + 1, added.Generation);
        messages.AddRange([Message("other way"), Message("last")]);
        Assert.Equal((added.Generation + 1, 103L), (await Put(messages)) is { Task: var last } ? (last.Generation, last.HistoryCount) : default);
        Assert.Equal(messages.Select(Json), (await Tasks.GetAsync(me, "t"))!.History.Select(message => message.ToString()));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    public async Task A_message_that_is_gone_or_another_makes_the_history_anew(int count)
    {
        List<ReadOnlyMemory<byte>> messages = [.. Enumerable.Range(0, count).Select(i => Message($"m{i}"))];
        await Put(messages);
        await Put([.. messages, Message("later")]);
        await Tasks.UpdateAsync(me, "t", Say("x"));
        foreach (var change in (Action[])[() => messages.RemoveAt(1), () => messages[0] = Message("m0", "other words"), () => messages
            .Reverse(), messages.Clear])
        {
            change();
            await using var watch = Tasks.WatchAsync(me, "t", cancellationToken: TestContext.Current.CancellationToken)
                .GetAsyncEnumerator(TestContext.Current.CancellationToken);
            Assert.True(await watch.MoveNextAsync());
            var next = watch.MoveNextAsync();
            var put = await Put(messages);
            Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(messages.Select(Json), watch.Current.Snapshot!.History.Select(message => message.ToString()));
            Assert.Equal(put.Task.Generation, watch.Current.Generation);
            await registry.RestartAsync();
            Assert.Equal(messages.Select(Json), (await Tasks.GetAsync(me, "t"))!.History.Select(message => message.ToString()));
        }

        Assert.False((await Tasks.Submit(me, "m1", "t")).Repeated);
        await Tasks.DeleteAsync(me, "t");
        for (var page = 1; page <= 40; page++)
        {
            Assert.Null(
                await registry.Store.ReadAsync(PageKind.Kind, new RecordKey(me.Tenant, $"h/{page}/t"), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Artifacts_become_those_that_are_put()
    {
        string[][] rounds =
        [
            [Of("a", 1)], [Of("a", 3)], [Of("a", 3), Of("b", 40)], [Of("a", 3), Of("b", 41)], [Of("a", 2), Of("b", 41)], [Of("b", 41), Of(
                "a",
                2)], [Of("b", 41)], [], [Of("c", 1), Of("a", 1)],
            [Of("c", 1).Replace("\"n\"", "\"other\"", StringComparison.Ordinal), Of("a", 1)],
        ];
        foreach (var artifacts in rounds)
        {
            var put = await Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { Artifacts = [.. artifacts.Select(Bytes)] });
            Assert.Equal(artifacts.Length, put.Task.ArtifactCount);
            Assert.Equal(
                put.Task.Generation,
                (await Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { Artifacts = [.. artifacts.Select(Bytes)] })).Task.Generation);
            Assert.Equal(artifacts, (await Tasks.GetAsync(me, "t"))!.Artifacts.Select(artifact => artifact.ToString()));
            if (artifacts.Length % 2 == 0)
            {
                await registry.RestartAsync();
                Assert.Equal(artifacts, (await Tasks.GetAsync(me, "t"))!.Artifacts.Select(artifact => artifact.ToString()));
            }
        }

        await using var watch = Tasks.WatchAsync(me, "t").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        await Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { Artifacts = [Bytes(rounds[^1][0]), Bytes(Of("a", 3))] });
        Assert.True(await watch.MoveNextAsync());
        var chunk = Assert.Single(watch.Current.Artifacts!);
        Assert.Equal((true, """{"artifactId":"a","parts":[{"text":"1"},{"text":"2"}]}"""), (chunk.Append, chunk.Json.ToString()));

        static string Of(string id, int count)
        {
            var parts = Enumerable.Range(0, count).Select(i => $$"""{"text":"{{i}}"}""");
            return $$$"""{"artifactId":"{{{id}}}","name":"n","parts":[{{{string.Join(',', parts)}}}],"metadata":{"k":1}}""";
        }
    }

    [Fact]
    public async Task Metadata_and_status_are_those_that_are_put()
    {
        foreach (var metadata in (string?[])["""{"a":1,"b":{"x":1}}""", """{"a":1,"b":{"y":1},"c":null}""", """{"a":1}""", null, "{}"])
        {
            await Tasks.PutAsync(
                me,
                "t",
                new TaskPut(TaskState.Working) { Metadata = metadata is null ? (ReadOnlyMemory<byte>?)null : Bytes(metadata) });
            Assert.Equal(metadata ?? "", (await Tasks.GetAsync(me, "t"))!.Metadata.ToString());
        }

        var first = (await Tasks.PutAsync(me, "t", new TaskPut(TaskState.InputRequired) { StatusMessage = Message("q"), StatusAt = Then })).Task;
        Assert.Equal((TaskState.InputRequired, Then), (first.Status.State, first.Status.Timestamp));
        Assert.Equal(
            first.Generation,
            (await Tasks.PutAsync(me, "t", new TaskPut(TaskState.InputRequired) { StatusMessage = Message("q") })).Task.Generation);
        var later = (await Tasks.PutAsync(me, "t", new TaskPut(TaskState.InputRequired) { StatusMessage = Message("q2") })).Task;
        Assert.True(later.Generation == first.Generation + 1 && later.Status.Timestamp > Then && later.HistoryCount == 0);
        foreach (var wrong in (DateTimeOffset[])[Then.AddYears(-60), DateTimeOffset.UtcNow.AddDays(2)])
        {
            Assert.Equal(
                "status.timestamp",
                (await Refused(RegistryError.Invalid, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { StatusAt = wrong }))).Field);
        }
    }

    [Fact]
    public async Task A_task_that_is_over_is_put_as_it_is_or_over_where_that_is_asked_for()
    {
        var over = await Put([Message("m")], TaskState.Completed);
        Assert.Equal(over.Task.Generation, (await Put([Message("m")], TaskState.Completed)).Task.Generation);
        await Refused(RegistryError.Terminal, () => Put([Message("m"), Message("late")], TaskState.Completed));
        await Refused(RegistryError.Terminal, () => Put([Message("m")], TaskState.Failed));
        await Refused(RegistryError.Terminal, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { ReplacesFinal = true }));
        var late = await Tasks.PutAsync(
            me,
            "t",
            new TaskPut(TaskState.Completed) { Messages = [Message("m"), Message("late")], ReplacesFinal = true });
        Assert.Equal((over.Task.Generation + 1, 2L), (late.Task.Generation, late.Task.HistoryCount));
    }

    [Fact]
    public async Task Conditions_owners_and_what_never_changes()
    {
        var bob = me with { Subject = "bob" };
        await Refused(RegistryError.Conflict, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { MustExist = true }));
        await Refused(RegistryError.Conflict, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { IfGeneration = 7 }));
        var made = (await Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { IfAbsent = true })).Task;
        await Refused(RegistryError.Conflict, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { IfAbsent = true }));
        await Refused(RegistryError.Conflict, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { IfGeneration = made.Generation + 1 }));
        Assert.Equal(
            made.Generation + 1,
            (await Tasks.PutAsync(me, "t", new TaskPut(TaskState.Submitted) { IfGeneration = made.Generation })).Task.Generation);
        await Refused(RegistryError.NotFound, () => Tasks.PutAsync(bob, "t", new TaskPut(TaskState.Working)));
        await Refused(RegistryError.NotFound, () => Tasks.PutAsync(bob, "t2", new TaskPut(TaskState.Working) { ContextId = made.ContextId }));
        await Refused(RegistryError.Invalid, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { ContextId = "other" }));
        await Refused(RegistryError.Invalid, () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { AgentId = "other" }));
        await Refused(
            RegistryError.Invalid,
            () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { Messages = [Message("x", more: ""","taskId":"u" """)] }));
        await Refused(
            RegistryError.IdReused,
            () => Tasks.PutAsync(me, "t", new TaskPut(TaskState.Working) { Messages = [Message("x"), Message("x", "y")] }));
        Assert.Equal(1, (await Put([Message("x"), Message("x")])).Task.HistoryCount);
    }

    [Fact]
    public async Task A_put_that_was_answered_is_known_by_its_key()
    {
        var once = me with { IdempotencyKey = "k" };
        await Tasks.PutAsync(once, "t", new TaskPut(TaskState.Working));
        var later = await Tasks.UpdateAsync(me, "t", Say("m"));
        Assert.True(await Tasks.PutAsync(once, "t", new TaskPut(TaskState.Working)) is { Repeated: true, Created: false } again
            && again.Task.Generation == later.Generation);
        await Refused(RegistryError.KeyReused, () => Tasks.PutAsync(once, "t", new TaskPut(TaskState.Completed)));
    }

    [Fact]
    public async Task Whatever_is_put_in_turn_is_what_is_read()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var (messages, artifacts) = (new List<string>(), new List<(string Id, int Parts)>());
        for (var round = 0; round < 60; round++)
        {
            switch (random.Next(8))
            {
                case 0 when messages.Count > 0:
                    messages.RemoveAt(random.Next(messages.Count));
                    break;
                case 1 when artifacts.Count > 0:
                    artifacts.RemoveAt(random.Next(artifacts.Count));
                    break;
                case 2 or 3:
                    artifacts.Add(($"a{round}", random.Next(1, 4)));
                    break;
                case 4 when artifacts.Count > 0:
                    artifacts[^1] = (artifacts[^1].Id, artifacts[^1].Parts + 1);
                    break;
                case 5 when round % 4 == 0:
                    await registry.RestartAsync();
                    break;
                default:
                    messages.AddRange(Enumerable.Range(0, random.Next(1, 12)).Select(i => $"m{round}-{i}"));
                    break;
            }

            string[] whole = [.. artifacts.Select(
                one => $$"""{"artifactId":"{{one.Id}}","parts":[{{string.Join(',', Enumerable.Repeat("""{"text":"p"}""", one.Parts))}}]}""")];
            await Tasks.PutAsync(
                me,
                "t",
                new TaskPut(TaskState.Working) { Messages = [.. messages.Select(id => Message(id))], Artifacts = [.. whole.Select(Bytes)] });
            var task = (await Tasks.GetAsync(me, "t"))!;
            Assert.True(messages.SequenceEqual(task.History.Select(IdOf)), $"seed {seed}, round {round}");
            Assert.True(whole.SequenceEqual(task.Artifacts.Select(artifact => artifact.ToString())), $"seed {seed}, round {round}");
        }
    }

    private Task<TaskSubmitted> Put(IReadOnlyList<ReadOnlyMemory<byte>> messages, TaskState state = TaskState.Working) =>
        Tasks.PutAsync(me, "t", new TaskPut(state) { Messages = [.. messages] });

    private static string Json(ReadOnlyMemory<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8.Span);
}
