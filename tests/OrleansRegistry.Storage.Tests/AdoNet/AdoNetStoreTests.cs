using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Storage.Tests.AdoNet;

/// <summary>The whole contract of a store, kept by the stock provider, its scripts and the triggers.</summary>
public sealed class AdoNetStoreTests : ChangeFeedConformance
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public override async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAdoNetAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new AdoNetStore(Database.Options(), AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
}
