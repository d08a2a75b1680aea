using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Tests.Postgres;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests.AdoNet;

/// <summary>The provider keeps agents only: all else goes to a plain store on the same database, whose conformance is tested there.</summary>
public sealed class AdoNetTaskTests
{
    [Fact]
    public async Task What_is_no_agent_is_written_read_listed_and_deleted_as_the_plain_store_does_it()
    {
        await using var database = await TestDatabase.CreateAdoNetAsync();
        await using var store = new AdoNetStore(database.Options(), AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
        await store.OpenAsync(CancellationToken.None);
        await using var plain = await database.OpenAsync();

        var first = await store.PutTaskAsync("a", Fields(at: 1));
        var version = await store.PutTaskAsync("a", Fields(at: 2), first);
        await plain.PutTaskAsync("b", Fields(at: 3));
        await store.PutContextAsync("c", Conversation(updated: 1, owner: "o"));
        Assert.True(version > first);
        Assert.Equal(await plain.ReadAsync(TaskKind.Kind, Key("a")), await store.ReadAsync(TaskKind.Kind, Key("a")));
        foreach (var kind in (RecordKind[])[PageKind.Kind, FeedbackKind.Kind])
        {
            await store.WriteAsync(kind, Key("other"), 0, Body("1"));
            Assert.Equal(Body("1"), (await plain.ReadAsync(kind, Key("other")))!.Body);
        }

        var filter = new TaskFilter("acme");
        Assert.Equal("b a", await store.IdsAsync(filter));
        Assert.Equal(await plain.CountTasksAsync(filter), await store.CountTasksAsync(filter));
        Assert.Equal("c", Assert.Single(await store.AllContextsAsync(new ContextFilter("acme"))).Key.Id);
        Assert.Equivalent(
            await plain.SummarizeContextsAsync("acme", "o", ["c"], 1),
            await store.SummarizeContextsAsync("acme", "o", ["c"], 1),
            strict: true);

        await store.DeleteAsync(TaskKind.Kind, Key("a"), version);
        Assert.Null(await plain.ReadAsync(TaskKind.Kind, Key("a")));
        Assert.Equal("b", await plain.IdsAsync(filter));
        Assert.Equal(0, await database.QueryAsync<long>("SELECT count(*) FROM orleansstorage"));
    }
}
