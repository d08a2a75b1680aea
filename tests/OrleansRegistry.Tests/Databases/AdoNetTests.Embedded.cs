using OrleansRegistry.Hosting;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Tests.Databases;

public sealed class AdoNetTests
{
    [Fact]
    public async Task The_Embedded_engine_refuses_it_at_the_start_and_says_what_to_do()
    {
        var refusal = await Assert.ThrowsAsync<SettingException>(() => RegistryHost.StartAsync(options =>
        {
            options.StorageType = StorageType.AdoNet;
            options.Postgres = new PostgresStoreOptions { ConnectionString = "postgresql://db.example/registry" };
        }));
        Assert.Contains("REGISTRY_ENGINE=Orleans", refusal.Message);
    }
}
