using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class PostgresStoreTests : ChangeFeedConformance
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public override async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new PostgresStore(Database.Options(), Kinds.All, NullLogger<PostgresStore>.Instance);
}
