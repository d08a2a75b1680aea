using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Tests.Databases;

/// <summary>The registry on a PostgreSQL database of each test's own.</summary>
public abstract class DatabaseCoHostedTests(StorageType type) : CoHostedTests, IAsyncLifetime
{
    private TestDatabase? database;

    public async ValueTask InitializeAsync() =>
        database = type == StorageType.AdoNet ? await TestDatabase.CreateAdoNetAsync() : await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await database!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected override Task<RegistryHost> StartAsync() => RegistryHost.StartAsync(options =>
    {
        options.StorageType = type;
        options.Postgres = database!.Options();
    });
}

public sealed class CoHostedOnPostgresTests() : DatabaseCoHostedTests(StorageType.Postgres);
