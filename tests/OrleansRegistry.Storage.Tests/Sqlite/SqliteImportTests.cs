using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Storage.Tests.Sqlite;

public sealed class MemoryImportTests : ImportConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => TestStores.InMemory(feed);
}

public sealed class SqliteImportTests : ImportConformance
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
