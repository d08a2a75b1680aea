using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Tests.Hosting;

public sealed class PostgresSettingsTests
{
    private const string Url = "postgresql://app:hunter2@db.example/registry";

    [Theory]
    [InlineData(StorageType.Sqlite)]
    [InlineData(StorageType.Postgres, "DATABASE_URL=" + Url)]
    [InlineData(StorageType.Postgres, "DATABASE_URL=" + Url, "STORAGE_TYPE=postgres")]
    [InlineData(StorageType.Postgres, "DATABASE_URL=" + Url, "STORAGE_BACKEND=DATABASE")]
    [InlineData(StorageType.Postgres, "DATABASE_URL=" + Url, "STORAGE_TYPE=database", "STORAGE_BACKEND=postgres")]
    [InlineData(StorageType.Sqlite, "DATABASE_URL=" + Url, "STORAGE_TYPE=file")]
    [InlineData(StorageType.Memory, "DATABASE_URL=" + Url, "STORAGE_BACKEND=memory")]
    public void The_store_is_the_one_that_is_named(StorageType expected, params string[] settings) =>
        Assert.Equal(expected, Options(settings).StorageType);

    [Fact]
    public void Two_names_of_one_setting_must_agree()
    {
        var refusal = Assert.Throws<SettingException>(() => Options("STORAGE_TYPE=file", "STORAGE_BACKEND=memory"));
        Assert.Contains("STORAGE_BACKEND", refusal.Message);
    }

    [Fact]
    public void Postgres_without_a_database_names_the_setting()
    {
        var refusal = Assert.Throws<SettingException>(() => Options("STORAGE_TYPE=postgres"));
        Assert.Contains("DATABASE_URL", refusal.Message);
    }

    [Theory]
    [InlineData("__")]
    [InlineData(":")]
    public void The_old_names_set_the_pool_and_the_retries(string separator)
    {
        string[] settings = ["POOL_MIN=1", "POOL_MAX=7", "TIMEOUT=5", "COMMAND_TIMEOUT=6", "MAX_RETRIES=4", "RETRY_DELAY=0.5"];
        var postgres = Options([
            "DATABASE_URL=" + Url, $"STORAGE{separator}RUN_MIGRATIONS_ON_STARTUP=false", .. settings.Select(
                setting => $"STORAGE{separator}POSTGRES_{setting}")]).Postgres!;

        Assert.Equal((1, 7, 4, false), (postgres.PoolMin, postgres.PoolMax, postgres.MaxRetries, postgres.RunMigrations));
        Assert.Equal((5, 6, 0.5), (postgres.Timeout?.TotalSeconds, postgres.CommandTimeout?.TotalSeconds, postgres.RetryDelay.TotalSeconds));
        Assert.DoesNotContain("hunter2", postgres.ToString());
    }

    [Theory]
    [InlineData("STORAGE__POSTGRES_POOL_MAX=1")]
    [InlineData("STORAGE__POSTGRES_RETRY_DELAY=soon")]
    [InlineData("STORAGE__RUN_MIGRATIONS_ON_STARTUP=perhaps")]
    public void A_value_that_cannot_be_names_its_setting(string setting)
    {
        var refusal = Assert.Throws<SettingException>(() => Options("DATABASE_URL=" + Url, setting));
        Assert.Contains(setting[..setting.IndexOf('=')], refusal.Message);
    }

    [Fact]
    public void Adonet_is_the_stock_provider_and_needs_a_database()
    {
        Assert.Equal(StorageType.AdoNet, Options("STORAGE_TYPE=adonet", "DATABASE_URL=" + Url).StorageType);
        Assert.Contains("DATABASE_URL", Assert.Throws<SettingException>(() => Options("STORAGE_TYPE=adonet")).Message);
    }

    [Fact]
    public async Task The_chosen_store_is_made_and_shows_no_password()
    {
        await using var services = Services("DATABASE_URL=" + Url);
        var store = services.GetRequiredService<IRecordStore>();
        Assert.Equal("PostgreSQL store at db.example:5432, database registry, user app", store.Description);
    }

    private static RegistryOptions Options(params string[] settings) => Services(settings).GetRequiredService<RegistryOptions>();

    private static ServiceProvider Services(params string[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration
            .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]));
        builder.Services.AddLogging();
        builder.AddOrleansRegistry();
        return builder.Services.BuildServiceProvider();
    }
}
