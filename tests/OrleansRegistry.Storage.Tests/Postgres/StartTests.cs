using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class StartTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    [Fact]
    public Task A_wrong_password_names_host_and_user() =>
        RefusesAsync(settings => settings.Password = "wrong-hunter2", "the user or the password", "user ");

    [Fact]
    public Task A_missing_database_is_named() => RefusesAsync(settings => settings.Database = "nowhere", "no such database", "database nowhere");

    [Fact]
    public Task A_host_that_does_not_answer_is_named() => RefusesAsync(settings => settings.Port = 1, "cannot be reached", ":1,");

    [Fact]
    public async Task A_value_out_of_range_is_named()
    {
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => Database.OpenAsync(Database.Options() with { PoolMax = 1 }));
        Assert.Contains("PoolMax", refusal.Message);
    }

    [Fact]
    public async Task A_pool_that_is_used_up_says_so_and_recovers()
    {
        await using var store = await Database.OpenAsync(Database.Options() with { PoolMax = 2, MaxRetries = 0, Timeout = TimeSpan.FromSeconds(1) });
        await Database.ExecuteAsync("INSERT INTO agents (tenant, id, version, document) SELECT 't', n::text, n, repeat('x', 2000)::bytea FROM "
            + "generate_series(1, 20000) n; UPDATE registry_revision SET value = 20000");
        await using (var open = (await store.ScanAsync(AgentKind.Kind)).Records.GetAsyncEnumerator())
        {
            Assert.True(await open.MoveNextAsync());
            var refusal = await Assert.ThrowsAsync<RegistryException>(async () => await store.PutAsync("a", 0, "1"));
            Assert.Equal(RegistryError.Unavailable, refusal.Error);
            Assert.Contains("pool", refusal.Message);
        }

        Assert.Equal(20_001, await store.PutAsync("b", 0, "1"));
    }

    [Fact]
    public async Task A_server_that_takes_no_more_connections_says_so()
    {
        var role = $"limited_{Guid.NewGuid():N}";
        await Database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'limited-hunter2' CONNECTION LIMIT 1; GRANT ALL ON SCHEMA public TO {role}");
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(Database.Settings.ConnectionString)
            {
                Username = role,
                Password = "limited-hunter2",
                Pooling = false,
            };
            await using (var taken = new NpgsqlConnection(settings.ConnectionString))
            {
                await taken.OpenAsync();
                var refusal = await Assert.ThrowsAsync<StoreStartException>(
                    () => Database.OpenAsync(Database.Options() with { ConnectionString = settings.ConnectionString }));
                Assert.Contains("no more connections", refusal.Message);
                Assert.DoesNotContain("hunter2", refusal.ToString());
            }
        }
        finally
        {
            await Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    private async Task RefusesAsync(Action<NpgsqlConnectionStringBuilder> change, params string[] named)
    {
        var settings = new NpgsqlConnectionStringBuilder(Database.Settings.ConnectionString);
        change(settings);
        var log = new LogCapture<PostgresStore>();
        var refusal = await Assert.ThrowsAsync<StoreStartException>(
            () => Database.OpenAsync(Database.Options() with { ConnectionString = settings.ConnectionString }, log));
        Assert.All(named.Append(settings.Host!), text => Assert.Contains(text, refusal.Message));
        Assert.DoesNotContain(settings.Password!, refusal + string.Join('\n', log.Entries));
    }
}
