using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class PostgresOwnKindTests : OwnKindConformance
{
    private TestDatabase? database;

    public override async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(KindSchema.Postgres(Parcel));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await database!.DisposeAsync();
    }

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new PostgresStore(database!.Options(), Kinds.All, NullLogger<PostgresStore>.Instance);
}

public sealed class AdoNetOwnKindTests : OwnKindConformance
{
    private TestDatabase? database;

    public override async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAdoNetAsync();
        await database.ExecuteAsync(KindSchema.Postgres(Parcel));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await database!.DisposeAsync();
    }

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new AdoNetStore(database!.Options(), AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
}
