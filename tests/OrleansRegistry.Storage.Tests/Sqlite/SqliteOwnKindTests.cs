using Microsoft.Data.Sqlite;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Storage.Tests.Sqlite;

public sealed class MemoryOwnKindTests : OwnKindConformance
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        ((SqliteStore)Store).Database.Writer.Script(KindSchema.Sqlite(Parcel));
    }

    protected override IRecordStore Create(ChangeLogLimits feed) => TestStores.InMemory(feed);
}

public sealed class SqliteOwnKindTests : OwnKindConformance
{
    private readonly TempFolder folder = new();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await using var connection = new SqliteConnection($"Data Source={folder["data/registry.db"]};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = KindSchema.Sqlite(Parcel);
        await command.ExecuteNonQueryAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"], Feed = feed });
}
