using Orleans.Storage;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests;

/// <summary>What <see cref="IRecordStore"/> promises of tasks, contexts and what goes with them; every store runs it.</summary>
public abstract partial class TaskConformance : StoreTestBase
{
    private static TaskFilter Acme { get; } = new("acme");

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
        Assert.Equal(await Store.ReadAsync(TaskKind.Kind, Key("b")), listed.Record);
        Assert.Equal(At(2), listed.Position.At);
    }

    [Fact]
    public async Task A_list_takes_1_to_1000_and_of_keys_10000()
    {
        foreach (var limit in new[] { 0, -1, 1001 })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListTasksAsync(Acme, null, limit));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListContextsAsync(new ContextFilter("acme"), null, limit));
        }

        var keys = new RecordQuery(TaskKind.Kind, "acme");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.QueryKeysAsync(keys, null, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.QueryKeysAsync(keys, null, 10_001));
        Assert.Empty(await Store.QueryKeysAsync(keys, null, 10_000));
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

        await Store.DeleteAsync(TaskKind.Kind, Key("a"), version);
        Assert.Equal("b", await Store.IdsAsync(Acme));
        Assert.Equal("", await Store.IdsAsync(Acme with { ContextId = "d" }));
    }

    [Fact]
    public async Task Deadlines_are_found_while_they_can_be_met_or_missed()
    {
        var version = await Store.PutTaskAsync("a", Fields(at: 1) with { Deadline = At(50) });
        await Store.PutTaskAsync("b", Fields(at: 2, TaskState.Working, lease: 80) with { Deadline = At(60) });
        await Store.PutTaskAsync("over", Fields(at: 3, TaskState.Failed) with { Deadline = At(10) });
        await Store.PutTaskAsync("deleting", Fields(at: 4, owner: "") with { Deadline = At(10) });
        await Store.PutTaskAsync("endless", Fields(at: 5));
        Assert.Equal("", await Store.IdsAsync(Acme with { DeadlineBefore = At(50) }));
        Assert.Equal("a b", await Store.IdsAsync(new TaskFilter(Tenant: null) { DeadlineBefore = At(61), OldestFirst = true }));
        Assert.Equal("b", await Store.IdsAsync(Acme with { DeadlineBefore = At(61), LeaseBefore = At(81) }));

        version = await Store.PutTaskAsync("a", Fields(at: 1) with { Deadline = At(90) }, version);
        Assert.Equal("b", await Store.IdsAsync(Acme with { DeadlineBefore = At(61) }));
        await Store.PutTaskAsync("a", Fields(at: 6, TaskState.Completed) with { Deadline = At(90) }, version);
        Assert.Equal("b", await Store.IdsAsync(Acme with { DeadlineBefore = At(1_000) }));
        Assert.Equal(At(90), TaskFields.Read((await Store.ReadAsync(TaskKind.Kind, Key("a")))!.Body.Fields).Deadline);
    }

    [Fact]
    public async Task A_record_without_readable_fields_is_kept_and_in_no_list()
    {
        await Store.WriteAsync(TaskKind.Kind, Key("odd"), 0, Body("1"));
        await Store.WriteAsync(ContextKind.Kind, Key("odd"), 0, default);
        var version = await Store.PutTaskAsync("a", Fields(at: 1));
        Assert.Equal("a", await Store.IdsAsync(Acme));
        Assert.Empty(await Store.AllContextsAsync(new ContextFilter("acme")));

        await Store.WriteAsync(TaskKind.Kind, Key("a"), version, new RecordBody(Json("1"), Json("""{"state":7}""")));
        Assert.Equal("", await Store.IdsAsync(Acme));
        Assert.Empty(await Store.CountTasksAsync(Acme));
        Assert.NotNull(await Store.ReadAsync(TaskKind.Kind, Key("a")));
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
                seen.AddRange(tasks.Select(task => task.Record.Key.Id));
                if (tasks.Count < 9)
                {
                    break;
                }

                position = tasks[^1].Position;
                foreach (var i in new[] { (page * 7) % 100, 99 - page, (page * 31) % 100 }.Distinct())
                {
                    moved.Add($"t{i:D3}");
                    versions[i] = await Store.PutTaskAsync($"t{i:D3}", Fields(at: 20_000 + page), versions[i]);
                }
            }

            Assert.Equal(seen.Distinct(), seen);
            Assert.Subset(
                seen.ToHashSet(StringComparer.Ordinal),
                Enumerable.Range(0, 100).Select(i => $"t{i:D3}").Where(id => !moved.Contains(id)).ToHashSet(StringComparer.Ordinal));
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
                    ? await Store.DeleteAsync(TaskKind.Kind, Key(id), version) * 0
                    : await Store.PutTaskAsync(id, Fields(at: i * 37 % 2_000, i % 2 == 0 ? TaskState.Working : TaskState.Submitted), version);
            }
        })).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var ids = (await Store.AllTasksAsync(Acme with { ContextId = "c", OldestFirst = round % 2 == 0 }, pageSize: 13)).Select(
                task => task.Key.Id)
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
                $"t{i}", Fields(
                    at: 200 + i,
                    i % 2 == 0 ? TaskState.Working : TaskState.Completed,
                    $"c{i % 3}",
                    $"o{i % 2}",
                    i % 4 == 0 ? "g" : null), versions[i]);
        }

        for (var i = 100; i < 120; i++)
        {
            await Store.DeleteAsync(TaskKind.Kind, Key($"t{i}"), versions[i]);
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
        await Store.DeleteAsync(ContextKind.Kind, Key("a"), version);
        Assert.Equal("c b", Ids(await Store.AllContextsAsync(acme)));
        Assert.Empty(await Store.ListContextsAsync(new ContextFilter("acme", "nobody"), null, 10));
    }

    [Fact]
    public async Task Contexts_are_summed_up_in_the_order_in_which_they_are_asked_for()
    {
        for (var i = 0; i < 7; i++)
        {
            await Store.PutTaskAsync($"t{i}", Fields(at: i / 2, i % 3 == 0 ? TaskState.Working : TaskState.Completed, context: "c"));
        }

        var (longTask, longContext) = ($"u\u0000{new string('é', 1_100)}", $"d\u0001{new string('é', 700)}");
        await Store.PutTaskAsync(longTask, Fields(at: 1, context: longContext));
        await Store.PutTaskAsync("bobs", Fields(at: 99, context: "c", owner: "bob"));
        await Store.PutTaskAsync("elsewhere", Fields(at: 99, context: "c"), tenant: "other");

        var summaries = await Store.SummarizeContextsAsync("acme", "o", [longContext, "none", "c"], 3);
        Assert.Equal([1, 0, 7], summaries.Select(summary => summary.Count));
        Assert.Equal([[longTask], [], ["t6", "t5", "t4"]], summaries.Select(summary => summary.First.Select(task => task.Id)));
        Assert.Equal(
            Enumerable.Range(0, 7).Reverse().Select(i => $"t{i}"),
            Assert.Single(await Store.SummarizeContextsAsync("acme", "o", ["c"], 7)).First.Select(task => task.Id));
        Assert.Equal(0, Assert.Single(await Store.SummarizeContextsAsync("nobody", "o", ["c"], 7)).Count);
        Assert.Empty(await Store.SummarizeContextsAsync("acme", "o", [], 7));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.SummarizeContextsAsync("acme", "o", ["c"], -1));
    }

    [Fact]
    public async Task A_list_or_count_can_be_cancelled_and_ends_with_the_store()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ListTasksAsync(Acme, null, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.CountTasksAsync(Acme, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.ListContextsAsync(new ContextFilter("acme"), null, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.SummarizeContextsAsync("acme", "o", ["c"], 1, cancelled));
        await Store.DisposeAsync();
        var refusals = new[]
        {
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.SummarizeContextsAsync("acme", "o", ["c"], 1)),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.ListTasksAsync(Acme, null, 1)),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.CountTasksAsync(Acme)),
            await Assert.ThrowsAsync<RegistryException>(async () => await Store.ListContextsAsync(new ContextFilter("acme"), null, 1)),
        };
        Assert.All(refusals, refusal => Assert.Equal(RegistryError.Unavailable, refusal.Error));
    }

    private static string Text(IReadOnlyDictionary<TaskState, long> counts) =>
        string.Join(' ', counts.OrderBy(count => count.Key).Select(count => $"{count.Key}={count.Value}"));
}
