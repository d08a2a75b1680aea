using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Tests;

/// <summary>A registry on a PostgreSQL database of its own; tests take it by <see cref="OrSkip"/>.</summary>
public sealed class PostgresRegistry : TestRegistry
{
    private TestDatabase? database;

    /// <summary>This one; where there is no PostgreSQL, the test that asks is skipped.</summary>
    public PostgresRegistry OrSkip()
    {
        TestServer.SkipWhereMissing();
        return this;
    }

    /// <summary>Changes the database behind the registry's back.</summary>
    internal Task ExecuteAsync(string sql) => database!.ExecuteAsync(sql);

    public override async ValueTask InitializeAsync()
    {
        if (TestServer.IsMissing)
        {
            // A fixture cannot skip its tests: each does that itself.
            return;
        }

        database ??= await TestDatabase.CreateAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    private protected override StoreProbe OpenStore() => new(new PostgresStore(database!.Options(), Kinds.All, NullLogger<PostgresStore>.Instance));

    private protected override ValueTask CloseStore(IRecordStore store) => store.DisposeAsync();
}
