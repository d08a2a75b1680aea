using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>An empty database of one test's own, gone with it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;

    private TestDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        this.server = server;
        Settings = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name };
    }

    /// <summary>How to connect to it.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    public static async Task<TestDatabase> CreateAsync(string? serverUrl = null, string encoding = "UTF8")
    {
        var server = PostgresConnectionString.Parse(serverUrl ?? await TestServer.UrlAsync());
        server.Pooling = false;
        var database = new TestDatabase(server, $"registry_test_{Guid.NewGuid():N}");
        await ExecuteAsync(server, $"CREATE DATABASE {database.Settings.Database} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
        return database;
    }

    /// <summary>How a store uses it; retries are quick.</summary>
    public PostgresStoreOptions Options() => new()
    {
        ConnectionString = Settings.ConnectionString,
        PoolMin = 0,
        Timeout = TimeSpan.FromSeconds(5),
        RetryDelay = TimeSpan.FromMilliseconds(20),
    };

    public async Task<PostgresStore> OpenAsync(PostgresStoreOptions? options = null, ILogger<PostgresStore>? logger = null)
    {
        var store = new PostgresStore(options ?? Options(), logger ?? NullLogger<PostgresStore>.Instance);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    public Task ExecuteAsync(string sql) => ExecuteAsync(Settings, sql);

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {Settings.Database} WITH (FORCE)");

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder settings, string sql)
    {
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
