using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests;

/// <summary>Every filter alone and with every other, against what the plainest means find; every store runs it.</summary>
public abstract class TaskFilterConformance : StoreTestBase
{
    private const int Seed = 20260102;

    private static readonly TaskState[] Terminal = [.. TaskStates.All.Where(state => state.IsTerminal())];

    protected Dictionary<RecordKey, TaskFields> Stored { get; } = [];

    public static IEnumerable<TaskFilter> Filters =>
        from tenant in new[] { "acme", null }
        from context in new[] { null, "c1" }
        from states in new TaskState[][] { [], [TaskState.Submitted], Terminal }
        from owner in new[] { null, "o1" }
        from agent in new[] { null, "g1" }
        from since in new DateTimeOffset?[] { null, At(20) }
        from before in new DateTimeOffset?[] { null, At(70) }
        from lease in new DateTimeOffset?[] { null, At(60) }
        from webhook in new[] { false, true }
        from oldestFirst in new[] { false, true }
        select new TaskFilter(tenant)
        {
            ContextId = context, States = states, Owner = owner, AgentId = agent, Since = since, Before = before, LeaseBefore = lease, HasWebhook =
                webhook,
            OldestFirst = oldestFirst,
        };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var random = new Random(Seed);
        for (var i = 0; i < 160; i++)
        {
            var key = Key(i % 40 == 0 ? $"long{i}{new string('x', 3_000)}" : $"t{random.Next(1_000)}🙂{i}", random.Next(5) == 0 ? "zeta" : "acme");
            var first = Any(random);
            var version = await Store.PutTaskAsync(key.Id, first, tenant: key.Tenant);
            Stored[key] = first;
            if (random.Next(3) == 0)
            {
                Stored[key] = Any(random);
                version = await Store.WriteAsync(TaskKind.Kind, key, version, new RecordBody(Json("{}"), Stored[key].Write()));
            }

            if (random.Next(10) == 0)
            {
                await Store.DeleteAsync(TaskKind.Kind, key, version);
                Stored.Remove(key);
            }
        }
    }

    [Fact]
    public Task Every_combination_of_filters_finds_what_it_should() => CheckAllAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Pages_make_the_whole_list(int pageSize)
    {
        foreach (var filter in Filters.Where(filter => filter is { Since: null, Before: null, LeaseBefore: null } && filter.States.Count < 2))
        {
            Assert.Equal(Expected(filter, Stored), (await Store.AllTasksAsync(filter, pageSize)).Select(task => task.Key));
        }
    }

    protected async Task CheckAllAsync()
    {
        foreach (var filter in Filters)
        {
            var expected = Expected(filter, Stored).ToList();
            Assert.Equal(expected, (await Store.ListTasksAsync(filter, null, 1_000)).Select(task => task.Record.Key));
            var keys = await Store.ListTaskKeysAsync(filter, null, 1_000);
            Assert.Equal(expected.Select(key => (key, Stored[key].StatusAt)), keys.Select(task => (task.Key, task.At)));
            if (expected.Count > 2)
            {
                Assert.Equal(expected[2..], (await Store.ListTaskKeysAsync(filter, keys[1], 1_000)).Select(task => task.Key));
            }

            if (filter.OldestFirst)
            {
                var counts = expected.CountBy(key => Stored[key].State).ToDictionary(count => count.Key, count => (long)count.Value);
                Assert.Equal(counts, await Store.CountTasksAsync(filter));
            }
        }
    }

    private static TaskFields Any(Random random) => Fields(
        random.Next(100), TaskStates.All[random.Next(8)], $"c{random.Next(3)}", $"o{random.Next(3)}", random.Next(2) == 0
        ? null
        : $"g{random.Next(2)}",
        random.Next(3) == 0 ? random.Next(100) : null, random.Next(4) == 0);
}

/// <summary>As <see cref="TaskFilterConformance"/>, of a store that finds from memory what it has on disk.</summary>
public abstract class DurableTaskFilterConformance : TaskFilterConformance
{
    [Fact]
    public async Task Every_combination_finds_the_same_after_reopening()
    {
        for (var i = 0; i < 20; i++)
        {
            await Store.PutContextAsync($"c{i}", Conversation(updated: i % 7, owner: $"o{i % 2}"));
        }

        var contexts = await Store.AllContextsAsync(new ContextFilter("acme", "o1"), pageSize: 3);
        Assert.Equal(10, contexts.Count);
        await ReplaceAsync();

        await CheckAllAsync();
        Assert.Equal(contexts, await Store.AllContextsAsync(new ContextFilter("acme", "o1"), pageSize: 3));
        var key = Stored.Keys.First();
        var version = (await Store.ReadAsync(TaskKind.Kind, key))!.Version;
        Stored[key] = Stored[key] with { StatusAt = At(500), State = TaskState.Failed };
        Assert.True(await Store.PutTaskAsync(key.Id, Stored[key], version, key.Tenant) > version);
        Assert.Equal(key, (await Store.ListTasksAsync(new TaskFilter(key.Tenant), null, 1)).Single().Record.Key);
    }
}
