using Orleans.Storage;
using OrleansRegistry.Model;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests;

/// <summary>What <see cref="IRecordStore"/> promises of tasks, contexts and what goes with them; every store runs it.</summary>
public abstract class TaskConformance : StoreTestBase
{
    private static readonly RecordKind[] Kinds = Enum.GetValues<RecordKind>();

    private static TaskFilter Acme { get; } = new("acme");

    [Fact]
    public async Task Kinds_are_kept_apart_under_one_key()
    {
        var versions = new Dictionary<RecordKind, long>();
        foreach (var kind in Kinds)
        {
            versions[kind] = await Store.WriteAsync(kind, Key("same"), 0, Body($"{kind}"));
        }

        foreach (var kind in Kinds)
        {
            Assert.Equal(new StoredRecord(Key("same"), versions[kind], Body($"{kind}")), await Store.ReadAsync(kind, Key("same")));
        }

        foreach (var kind in Kinds)
        {
            await Store.DeleteAsync(kind, Key("same"), versions[kind]);
            Assert.Null(await Store.ReadAsync(kind, Key("same")));
            Assert.Equal(Kinds.Count(other => other > kind), await Kinds.ToAsyncEnumerable().CountAsync(async (other, token) => await Store.ReadAsync(other, Key("same"), token) is not null));
        }
    }

    [Fact]
    public async Task Only_agents_have_revisions_and_a_feed()
    {
        var revision = await Store.PutAsync("a", 0, "1");
        foreach (var kind in Kinds.Where(kind => kind != RecordKind.Agent))
        {
            var version = await Store.WriteAsync(kind, Key("x"), 0, Body("1"));
            await Store.DeleteAsync(kind, Key("x"), await Store.WriteAsync(kind, Key("x"), version, Body("2")));
            await Store.WriteAsync(kind, Key("y"), 0, Body("1"));
        }

        Assert.Equal(revision, await Store.CurrentRevisionAsync());
        Assert.Equal([new RecordChange(Key("a"), revision, Body("1"))], await Store.ChangesAsync(0));
        Assert.Equal(Key("a"), Assert.Single(await Store.AllAsync()).Key);
        Assert.Equal(revision + 1, await Store.PutAsync("b", 0, "1"));
    }

    public static TheoryData<RecordKind> OtherKinds => new(Kinds.Where(kind => kind != RecordKind.Agent));

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public async Task Versions_of_every_kind_rise_also_over_a_deletion(RecordKind kind)
    {
        var body = new RecordBody(Json(" {\"b\" : 1.0e+2,\n\"a\":\"\\u0000ü🙂\", \"a\":2}"), Json("""{"x":"\u0000"}"""));
        var first = await Store.WriteAsync(kind, Key("a"), 0, body);
        Assert.Equal(new StoredRecord(Key("a"), first, body), await Store.ReadAsync(kind, Key("a")));
        var second = await Store.WriteAsync(kind, Key("a"), first, Body("2"));
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.WriteAsync(kind, Key("a"), first, Body("3")));
        Assert.Equal(($"{second}", $"{first}"), (conflict.StoredEtag, conflict.CurrentEtag));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.WriteAsync(kind, Key("a"), 0, Body("3")));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DeleteAsync(kind, Key("a"), first));
        Assert.Equal(Body("2"), (await Store.ReadAsync(kind, Key("a")))!.Body);

        var deleted = await Store.DeleteAsync(kind, Key("a"), second);
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.WriteAsync(kind, Key("a"), second, Body("3")));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DeleteAsync(kind, Key("a"), second));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DeleteAsync(kind, Key("a"), 0));
        var again = await Store.WriteAsync(kind, Key("a"), 0, Body("4"));
        Assert.True(0 < first && first < second && second < deleted && deleted < again);
    }

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public async Task A_counter_of_every_kind_raised_by_many_loses_no_step(RecordKind kind)
    {
        await Store.WriteAsync(kind, Key("a"), 0, Body("0"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var read = (await Store.ReadAsync(kind, Key("a")))!;
                try
                {
                    await Store.WriteAsync(kind, Key("a"), read.Version, Body($"{int.Parse(read.Body.Document.ToString().Split('"')[3]) + 1}"));
                    done++;
                }
                catch (InconsistentStateException)
                {
                    await Task.Yield();
                }
            }
        })));
        Assert.Equal(Body("200"), (await Store.ReadAsync(kind, Key("a")))!.Body);
    }

    [Fact]
    public async Task Many_writers_of_all_kinds_at_once_each_get_what_they_wrote()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(writer => Task.Run(async () =>
        {
            var (kind, key, version) = (Kinds[writer % Kinds.Length], Key($"k{writer}"), 0L);
            for (var i = 0; i < 30; i++)
            {
                var written = await Store.WriteAsync(kind, key, version, Body($"{writer}.{i}"));
                Assert.True(written > version);
                version = i % 10 == 9 ? await Store.DeleteAsync(kind, key, written) * 0 : written;
                var read = await Store.ReadAsync(kind, key);
                Assert.Equal(version == 0 ? null : new StoredRecord(key, version, Body($"{writer}.{i}")), read);
            }
        })));
    }

    [Fact]
    public async Task Lists_are_newest_first_or_oldest_first()
    {
        await Store.PutTaskAsync("b", Fields(at: 2));
        await Store.PutTaskAsync("a", Fields(at: 2));
        await Store.PutTaskAsync("c", Fields(at: 1));
        await Store.PutTaskAsync("d", Fields(at: 3), tenant: "other");

        Assert.Equal("b a c", await Store.IdsAsync(Acme));
        Assert.Equal("c a b", await Store.IdsAsync(Acme with { OldestFirst = true }));
        Assert.Equal("d b a c", await Store.IdsAsync(new TaskFilter(Tenant: null)));
        Assert.Equal("", await Store.IdsAsync(new TaskFilter("nobody")));
        var listed = (await Store.ListTasksAsync(Acme with { ContextId = "c" }, null, 1)).Single();
        Assert.Equal(await Store.ReadAsync(RecordKind.Task, Key("b")), listed);
    }

    [Fact]
    public async Task A_list_takes_1_to_1000()
    {
        foreach (var limit in new[] { 0, -1, 1001 })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListTasksAsync(Acme, null, limit));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListContextsAsync(new ContextFilter("acme"), null, limit));
        }
    }

    [Fact]
    public async Task A_task_moves_and_changes_hands_with_its_fields()
    {
        var version = await Store.PutTaskAsync("a", Fields(at: 1, lease: 50));
        await Store.PutTaskAsync("b", Fields(at: 2, TaskState.Working, lease: 80, webhook: true, agent: "g"));
        Assert.Equal("a", await Store.IdsAsync(Acme with { LeaseBefore = At(51) }));
        Assert.Equal("b a", await Store.IdsAsync(Acme with { LeaseBefore = At(81) }));

        version = await Store.PutTaskAsync("a", Fields(at: 1, lease: 90), version);
        Assert.Equal("b", await Store.IdsAsync(Acme with { LeaseBefore = At(81) }));
        version = await Store.PutTaskAsync("a", Fields(at: 3, TaskState.Completed, context: "d", owner: "p", agent: "g", webhook: true), version);
        Assert.Equal("a b", await Store.IdsAsync(Acme));
        Assert.Equal("a", await Store.IdsAsync(Acme with { ContextId = "d" }));
        Assert.Equal("b", await Store.IdsAsync(Acme with { ContextId = "c" }));
        Assert.Equal("a", await Store.IdsAsync(Acme with { Owner = "p", States = [TaskState.Completed, TaskState.Failed] }));
        Assert.Equal("", await Store.IdsAsync(Acme with { States = [TaskState.Submitted] }));
        Assert.Equal("a b", await Store.IdsAsync(Acme with { AgentId = "g", HasWebhook = true }));
        Assert.Equal("b", await Store.IdsAsync(Acme with { LeaseBefore = At(1_000) }));

        await Store.DeleteAsync(RecordKind.Task, Key("a"), version);
        Assert.Equal("b", await Store.IdsAsync(Acme));
        Assert.Equal("", await Store.IdsAsync(Acme with { ContextId = "d" }));
    }

    [Fact]
    public async Task A_record_without_readable_fields_is_kept_and_in_no_list()
    {
        await Store.WriteAsync(RecordKind.Task, Key("odd"), 0, Body("1"));
        await Store.WriteAsync(RecordKind.Context, Key("odd"), 0, default);
        var version = await Store.PutTaskAsync("a", Fields(at: 1));
        Assert.Equal("a", await Store.IdsAsync(Acme));
        Assert.Empty(await Store.AllContextsAsync(new ContextFilter("acme")));

        await Store.WriteAsync(RecordKind.Task, Key("a"), version, new RecordBody(Json("1"), Json("""{"state":7}""")));
        Assert.Equal("", await Store.IdsAsync(Acme));
        Assert.Empty(await Store.CountTasksAsync(Acme));
        Assert.NotNull(await Store.ReadAsync(RecordKind.Task, Key("a")));
    }

    [Fact]
    public async Task Pages_are_stable_while_tasks_move_to_the_front()
    {
        var versions = new Dictionary<int, long>();
        for (var i = 0; i < 100; i++)
        {
            versions[i] = await Store.PutTaskAsync($"t{i:D3}", Fields(at: i));
        }

        foreach (var oldestFirst in new[] { false, true })
        {
            var (seen, position, moved) = (new List<string>(), (RecordPosition?)null, new HashSet<string>(StringComparer.Ordinal));
            for (var page = 0; ; page++)
            {
                var tasks = await Store.ListTasksAsync(Acme with { ContextId = "c", OldestFirst = oldestFirst, Before = At(10_000) }, position, 9);
                seen.AddRange(tasks.Select(task => task.Key.Id));
                if (tasks.Count < 9)
                {
                    break;
                }

                position = PositionOf(tasks[^1]);
                foreach (var i in new[] { (page * 7) % 100, 99 - page, (page * 31) % 100 }.Distinct())
                {
                    moved.Add($"t{i:D3}");
                    versions[i] = await Store.PutTaskAsync($"t{i:D3}", Fields(at: 20_000 + page), versions[i]);
                }
            }

            Assert.Equal(seen.Distinct(), seen);
            Assert.Subset(seen.ToHashSet(StringComparer.Ordinal), Enumerable.Range(0, 100).Select(i => $"t{i:D3}").Where(id => !moved.Contains(id)).ToHashSet(StringComparer.Ordinal));
            for (var i = 0; i < 100; i++)
            {
                versions[i] = await Store.PutTaskAsync($"t{i:D3}", Fields(at: i), versions[i]);
            }
        }
    }

    [Fact]
    public async Task Lists_beside_writers_lose_and_repeat_nothing_that_stays()
    {
        var still = Enumerable.Range(0, 200).Select(i => $"s{i:D3}").ToArray();
        foreach (var (id, i) in still.Select((id, i) => (id, i)))
        {
            await Store.PutTaskAsync(id, Fields(at: i * 10));
        }

        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var (i, version) = (0, 0L); !stop.IsCancellationRequested; i++)
            {
                var id = $"m{writer}";
                version = i % 5 == 4
                    ? await Store.DeleteAsync(RecordKind.Task, Key(id), version) * 0
                    : await Store.PutTaskAsync(id, Fields(at: i * 37 % 2_000, i % 2 == 0 ? TaskState.Working : TaskState.Submitted), version);
            }
        })).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var ids = (await Store.AllTasksAsync(Acme with { ContextId = "c", OldestFirst = round % 2 == 0 }, pageSize: 13)).Select(task => task.Key.Id)
                .Where(id => id[0] == 's').ToArray();
            Assert.Equal(round % 2 == 0 ? still : still.Reverse(), ids);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Counts_are_exact_through_writes_moves_and_deletions()
    {
        var versions = new List<long>();
        for (var i = 0; i < 120; i++)
        {
            versions.Add(await Store.PutTaskAsync($"t{i}", Fields(at: i, context: $"c{i % 3}", owner: $"o{i % 2}", agent: i % 4 == 0 ? "g" : null)));
        }

        await Store.PutTaskAsync("else", Fields(at: 5), tenant: "other");
        Assert.Equal("Submitted=120", Text(await Store.CountTasksAsync(Acme)));
        Assert.Equal("Submitted=121", Text(await Store.CountTasksAsync(new TaskFilter(Tenant: null))));
        for (var i = 0; i < 60; i++)
        {
            versions[i] = await Store.PutTaskAsync(
                $"t{i}", Fields(at: 200 + i, i % 2 == 0 ? TaskState.Working : TaskState.Completed, $"c{i % 3}", $"o{i % 2}", i % 4 == 0 ? "g" : null), versions[i]);
        }

        for (var i = 100; i < 120; i++)
        {
            await Store.DeleteAsync(RecordKind.Task, Key($"t{i}"), versions[i]);
        }

        Assert.Equal("Submitted=40 Working=30 Completed=30", Text(await Store.CountTasksAsync(Acme)));
        Assert.Equal("Submitted=14 Working=10 Completed=10", Text(await Store.CountTasksAsync(Acme with { ContextId = "c0" })));
        Assert.Equal("Submitted=20 Working=30", Text(await Store.CountTasksAsync(Acme with { Owner = "o0" })));
        Assert.Equal("Working=30", Text(await Store.CountTasksAsync(Acme with { Owner = "o0", States = [TaskState.Working, TaskState.Failed] })));
        Assert.Equal("Submitted=10 Working=15", Text(await Store.CountTasksAsync(Acme with { AgentId = "g" })));
        Assert.Equal("Working=5", Text(await Store.CountTasksAsync(Acme with { AgentId = "g", ContextId = "c0", Since = At(200) })));
        Assert.Equal("Completed=30", Text(await Store.CountTasksAsync(Acme with { Since = At(200), States = [TaskState.Completed] })));
        Assert.Equal("", Text(await Store.CountTasksAsync(Acme with { ContextId = "none" })));
    }

    [Fact]
    public async Task Contexts_are_listed_by_their_last_change()
    {
        var version = await Store.PutContextAsync("a", Conversation(updated: 1));
        await Store.PutContextAsync("b", Conversation(updated: 2, owner: "p"));
        await Store.PutContextAsync("c", Conversation(updated: 2));
        await Store.PutContextAsync("d", Conversation(updated: 3), tenant: "other");
        var acme = new ContextFilter("acme");

        Assert.Equal("c b a", Ids(await Store.AllContextsAsync(acme, pageSize: 1)));
        Assert.Equal("d c b a", Ids(await Store.AllContextsAsync(new ContextFilter(Tenant: null), pageSize: 3)));
        Assert.Equal("a c", Ids(await Store.AllContextsAsync(acme with { Owner = "o", OldestFirst = true })));
        Assert.Equal("a", Ids(await Store.AllContextsAsync(acme with { UpdatedBefore = At(2) })));
        version = await Store.PutContextAsync("a", Conversation(updated: 9), version);
        Assert.Equal("a c", Ids(await Store.AllContextsAsync(acme with { Owner = "o" })));
        Assert.Equal("", Ids(await Store.AllContextsAsync(acme with { UpdatedBefore = At(2) })));
        await Store.DeleteAsync(RecordKind.Context, Key("a"), version);
        Assert.Equal("c b", Ids(await Store.AllContextsAsync(acme)));
        Assert.Empty(await Store.ListContextsAsync(new ContextFilter("acme", "nobody"), null, 10));
    }

    [Fact]
    public async Task A_list_or_count_can_be_cancelled_and_ends_with_the_store()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ListTasksAsync(Acme, null, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.CountTasksAsync(Acme, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ListContextsAsync(new ContextFilter("acme"), null, 1, cancelled));
        await Store.DisposeAsync();
        var refusals = new[]
        {
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.ListTasksAsync(Acme, null, 1)),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.CountTasksAsync(Acme)),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.ListContextsAsync(new ContextFilter("acme"), null, 1)),
        };
        Assert.All(refusals, refusal => Assert.Equal(RegistryError.Unavailable, refusal.Error));
    }

    private static string Text(IReadOnlyDictionary<TaskState, long> counts) =>
        string.Join(' ', counts.OrderBy(count => count.Key).Select(count => $"{count.Key}={count.Value}"));
}
