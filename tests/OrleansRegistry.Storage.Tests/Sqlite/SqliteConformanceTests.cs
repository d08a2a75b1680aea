using OrleansRegistry.Storage.Sqlite;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Sqlite;

public sealed class MemoryStoreTests : WholeFeedConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => TestStores.InMemory(feed);
}

public sealed class MemoryTaskTests : TaskConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => TestStores.InMemory(feed);
}

public sealed class MemoryTaskFilterTests : TaskFilterConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => TestStores.InMemory(feed);
}

public sealed class SqliteTaskTests : TaskConformance
{
    private readonly TempFolder folder = new();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"], Feed = feed });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}

public sealed class SqliteTaskFilterTests : DurableTaskFilterConformance
{
    private readonly TempFolder folder = new();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"], Feed = feed });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}

public sealed class SqliteStoreTests : WholeFeedConformance
{
    private readonly TempFolder folder = new();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"], Feed = feed });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        for (var i = 0; i < 100; i++)
        {
            await Store.PutAsync($"a{i}", 0, $"{i}");
        }

        await Store.PutAsync("a1", 2, "again");
        await Store.DropAsync("a2", 3);
        var before = await Store.AllAsync();
        await ReplaceAsync();

        Assert.Equal(before, await Store.AllAsync());
        Assert.Equal(102, await Store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Null(await Store.GetAsync("a2"));
        Assert.Equal(103, await Store.PutAsync("a2", 0, "new"));
    }

    [Fact]
    public async Task After_reopening_the_feed_begins_at_the_current_revision()
    {
        await Store.PutAsync("a", 0, "1");
        await Store.PutAsync("b", 0, "1");
        await ReplaceAsync();

        await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ReadChangesAsync(AgentKind.Kind, 1));
        var waiting = Store.ReadChangesAsync(AgentKind.Kind, 2).AsTask();
        await Store.PutAsync("c", 0, "1");
        Assert.Equal(3, (await waiting).Revision);
    }

    [Fact]
    public async Task The_revision_survives_a_last_change_that_was_a_deletion()
    {
        await Store.PutAsync("a", 0, "1");
        await Store.DropAsync("a", 1);
        await ReplaceAsync();

        Assert.Equal(2, await Store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Empty(await Store.AllAsync());
        Assert.Equal(3, await Store.PutAsync("a", 0, "2"));
    }

    [Fact]
    public void Says_where_it_is() => Assert.Equal($"SQLite database {folder["data"]}/registry.db", Store.Description);
}
