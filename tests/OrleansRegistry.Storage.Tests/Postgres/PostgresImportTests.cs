using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class PostgresImportTests : DatabaseImportConformance
{
    private protected override Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateAsync();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new PostgresStore(Database.Options(), Kinds.All, NullLogger<PostgresStore>.Instance);
}

public sealed class AdoNetImportTests : DatabaseImportConformance
{
    protected override bool KeepsRevisions => false;

    private protected override Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateAdoNetAsync();

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new AdoNetStore(Database.Options(), Agents.AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance);
}

public abstract class DatabaseImportConformance : ImportConformance
{
    private TestDatabase? database;

    private protected TestDatabase Database => database!;

    public override async ValueTask InitializeAsync()
    {
        database = await CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<TestDatabase> CreateDatabaseAsync();
}
