using OrleansRegistry.Tests.Tasks;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Contexts;

public sealed class ContextsInMemory(MemoryRegistry registry) : ContextTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ContextsOnPostgres(PostgresRegistry registry) : ContextTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

public abstract class ContextTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    private ITaskRegistry Tasks => registry.Tasks;

    private IContextRegistry Contexts => registry.Contexts;

    [Fact]
    public async Task Data_is_merged_and_messages_are_appended_once()
    {
        var made = await Contexts.UpdateAsync(me, "c", Bytes("""{"a":{"x":1.0},"b":2}"""));
        Assert.Equal((1L, "alice"), (made.Changes, made.Owner));
        var merged = await Contexts.UpdateAsync(me, "c", Bytes("""{"b":null,"c":3}"""), ifGeneration: made.Generation);
        Assert.Equal("""{"a":{"x":1.0},"b":null,"c":3}""", merged.Data.ToString());
        Assert.Equal(
            2,
            (await Refused(RegistryError.Conflict, () => Contexts.UpdateAsync(me, "c", Bytes("{}"), ifGeneration: made.Generation))).CurrentChanges);

        for (var i = 0; i < 45; i++)
        {
            await Contexts.AppendAsync(me, "c", [Message($"m{i}"), Message($"m{i}"), Message("m0")]);
        }

        await registry.RestartAsync();
        Assert.Equal(47, (await Contexts.AppendAsync(me, "c", [Message("m3")])).Changes);
        var first = await Contexts.ReadMessagesAsync(me, "c", 30);
        var second = await Contexts.ReadMessagesAsync(me, "c", 30, first.NextPageToken);
        Assert.Equal(Enumerable.Range(0, 45).Select(i => $"m{i}"), first.Items.Concat(second.Items).Select(IdOf));
        Assert.Equal((30L, 45L, null as string), (second.First, second.Total, second.NextPageToken));
        await Refused(RegistryError.Invalid, () => Contexts.AppendAsync(me, "c", [Message("x", more: ""","contextId":"d" """)]));
    }

    [Fact]
    public async Task A_change_of_what_must_exist_makes_no_context()
    {
        await Refused(RegistryError.Conflict, () => Contexts.UpdateAsync(me, "none", Bytes("{}"), mustExist: true));
        await Refused(RegistryError.Conflict, () => Contexts.AppendAsync(me, "none", [Message("m")], mustExist: true));
        Assert.Null(await Contexts.GetAsync(me, "none"));
        await Contexts.UpdateAsync(me, "there", Bytes("{}"));
        Assert.Equal(2, (await Contexts.UpdateAsync(me, "there", Bytes("""{"a":1}"""), mustExist: true)).Changes);
        Assert.Equal(3, (await Contexts.AppendAsync(me, "there", [Message("m")], mustExist: true)).Changes);
        await Refused(RegistryError.NotFound, () => Contexts.UpdateAsync(me with { Subject = "mallory" }, "there", Bytes("{}"), mustExist: true));
    }

    [Fact]
    public async Task A_summary_has_the_tasks()
    {
        var ids = new List<string>();
        for (var i = 0; i < 103; i++)
        {
            ids.Add((await Tasks.Submit(me, $"m{i}", contextId: "c")).Task.Id);
        }

        var summary = (await Contexts.GetAsync(me, "c"))!;
        Assert.Equal((103, 100, 1L), (summary.TaskCount, summary.TaskIds.Count, summary.Context.Changes));
        Assert.Subset(ids.ToHashSet(), summary.TaskIds.ToHashSet());
        await Contexts.UpdateAsync(me, "d", Bytes("{}"));
        var page = await Contexts.ListAsync(me, 1);
        Assert.Equal("d", Assert.Single(page.Contexts).Context.Id);
        var last = await Contexts.ListAsync(me, 1, page.NextPageToken);
        Assert.Equal(("c", 103L, null as string), (Assert.Single(last.Contexts).Context.Id, last.Contexts[0].TaskCount, last.NextPageToken));
        Assert.Null(await Contexts.GetAsync(me, "e"));
    }

    [Fact]
    public async Task Clearing_takes_tasks_and_messages_and_leaves_the_data()
    {
        await Contexts.UpdateAsync(me, "c", Bytes("""{"keep":1}"""));
        for (var i = 0; i < 40; i++)
        {
            await Tasks.Submit(me, $"t{i}", contextId: "c");
            await Contexts.AppendAsync(me, "c", [Message($"m{i}")]);
        }

        var token = (await Contexts.ReadMessagesAsync(me, "c", 5)).NextPageToken;
        Assert.Equal(40, await Contexts.ClearAsync(me, "c"));
        var summary = (await Contexts.GetAsync(me, "c"))!;
        Assert.Equal(
            (0L, 0L, """{"keep":1}""", 42L),
            (summary.TaskCount, summary.Context.MessageCount, summary.Context.Data.ToString(), summary.Context.Changes));
        Assert.Equal("page_token", (await Refused(RegistryError.Invalid, () => Contexts.ReadMessagesAsync(me, "c", 5, token))).Field);
        for (var i = 0; i < 40; i++)
        {
            await Contexts.AppendAsync(me, "c", [Message($"m{i}", "again")]);
        }

        await registry.RestartAsync();
        var messages = await Contexts.ReadMessagesAsync(me, "c", 100);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"m{i}"), messages.Items.Select(IdOf));
        Assert.All(messages.Items, message => Assert.Contains("again", message.ToString()));
        Assert.True((await Tasks.Submit(me, "t1", contextId: "c")).Created);
        Assert.Equal(1, await Contexts.DeleteAsync(me, "c"));
        Assert.Null(await Contexts.GetAsync(me, "c"));
        await Refused(RegistryError.NotFound, () => Contexts.ClearAsync(me, "c"));
        await Refused(RegistryError.NotFound, () => Contexts.DeleteAsync(me, "c"));
        Assert.Equal(1, (await Contexts.AppendAsync(me, "c", [Message("m0")])).MessageCount);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(40)]
    public async Task Messages_that_fill_no_page_yet_are_cleared_too(int count)
    {
        ReadOnlyMemory<byte>[] messages = [.. Enumerable.Range(0, count).Select(i => Message($"m{i}"))];
        await Contexts.AppendAsync(me, "c", messages);
        Assert.Equal(0, await Contexts.ClearAsync(me, "c"));
        Assert.Empty((await Contexts.ReadMessagesAsync(me, "c")).Items);
        await Contexts.AppendAsync(me, "c", messages);
        await Contexts.AppendAsync(me, "c", [Message("last")]);
        Assert.Equal(count + 1, (await Contexts.ReadMessagesAsync(me, "c")).Items.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_context_cleared_while_tasks_are_added_keeps_only_those_that_came_after(bool delete)
    {
        await Contexts.UpdateAsync(me, "c", Bytes("{}"));
        var adding = Enumerable.Range(0, 300).Select(async i => (await Tasks.Submit(me, $"m{i}", contextId: "c")).Task.Id).ToList();
        await Task.WhenAny(adding);
        var cleared = await (delete ? Contexts.DeleteAsync(me, "c") : Contexts.ClearAsync(me, "c"));
        var ids = await Task.WhenAll(adding);

        var left = new List<string>();
        foreach (var id in ids)
        {
            if (await Tasks.GetAsync(me, id) is not null)
            {
                left.Add(id);
            }
        }

        Assert.Equal(ids.Length, cleared + left.Count);
        Assert.Equal(left.Count, (await Tasks.CountAsync(me, new TaskQuery { ContextId = "c" })).Values.Sum());
        Assert.Equal(left.Count > 0 || !delete ? left.Count : null, (await Contexts.GetAsync(me, "c"))?.TaskCount);
        Assert.Equal(left.Count, left.Count == 0 && delete ? 0 : await Contexts.ClearAsync(me, "c"));
        Assert.Empty((await Tasks.ListAsync(me)).Tasks);
    }

    [Fact]
    public async Task Watchers_see_the_context_and_then_everything_in_order()
    {
        await Contexts.UpdateAsync(me, "c", Bytes("""{"a":1}"""));
        await using var watch = Contexts.WatchAsync(me, "c", cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        async Task<ContextEvent> Next() => await watch.MoveNextAsync() ? watch.Current : throw new InvalidOperationException("The stream ended.");

        Assert.Equal(1, (await Next()).Snapshot!.Changes);
        var task = (await Tasks.Submit(me, "t", contextId: "c")).Task.Id;
        Assert.Equal((1L, task), ((await Next()) is { } created ? (created.Changes, created.TaskId) : default));
        await Contexts.AppendAsync(me, "c", [Message("m")]);
        Assert.True(await Next() is { Changes: 2, Messages: [_] });
        await Contexts.ClearAsync(me, "c");
        Assert.True(await Next() is { Changes: 3, Cleared: true });
        await Contexts.DeleteAsync(me, "c");
        Assert.True(await Next() is { Changes: 4, Deleted: true });
        Assert.False(await watch.MoveNextAsync());
    }

    [Fact]
    public async Task A_watcher_resumes_where_events_are_held_and_starts_over_where_not()
    {
        var before = 0L;
        for (var i = 1; i <= 3; i++)
        {
            before = (await Contexts.UpdateAsync(me, "c", Bytes($$"""{"a":{{i}}}"""))).Generation - i;
        }

        async Task<ContextEvent> First(long after)
        {
            await using var watch = Contexts.WatchAsync(me, "c", after).GetAsyncEnumerator();
            Assert.True(await watch.MoveNextAsync());
            return watch.Current;
        }

        Assert.Equal((3L, """{"a":3}"""), (await First(before + 2)) is { Snapshot: null } held ? (held.Changes, held.Data.ToString()) : default);
        Assert.NotNull((await First(before + 99)).Snapshot);
        await registry.RestartAsync();
        Assert.Equal(3, (await First(before + 2)).Snapshot!.Changes);
    }
}
