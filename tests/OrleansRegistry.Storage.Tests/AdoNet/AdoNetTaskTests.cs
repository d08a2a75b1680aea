using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Storage.Tests.AdoNet;

public sealed class AdoNetTaskTests : TaskConformance
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
    }

    protected override IRecordStore Create(ChangeLogLimits feed) => new AdoNetStore(Database.Options(), NullLoggerFactory.Instance);
}

public sealed class AdoNetTaskFilterTests : DurableTaskFilterConformance
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
    }

    protected override IRecordStore Create(ChangeLogLimits feed) => new AdoNetStore(Database.Options(), NullLoggerFactory.Instance);
}
