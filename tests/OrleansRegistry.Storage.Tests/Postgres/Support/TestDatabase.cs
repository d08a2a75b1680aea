using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>A database of one test's own, gone with it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    // Templates are migrated once for a test process, and end with its server.
    private static readonly Lazy<Task<string>> Registry = new(() => TemplateAsync(options => new PostgresStore(options, NullLogger<PostgresStore>.Instance)));
    private static readonly Lazy<Task<string>> AdoNet = new(() => TemplateAsync(options => new AdoNetStore(options, NullLoggerFactory.Instance)));

    private readonly NpgsqlConnectionStringBuilder server;

    private TestDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        this.server = server;
        Settings = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name };
    }

    /// <summary>How to connect to it.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>With the tables of a <see cref="PostgresStore"/>, without a row of a record in them.</summary>
    public static async Task<TestDatabase> CreateAsync() => await CopyAsync(await TestServer.UrlAsync(), await Registry.Value);

    /// <summary>With the tables and triggers of an <see cref="AdoNetStore"/>.</summary>
    public static async Task<TestDatabase> CreateAdoNetAsync() => await CopyAsync(await TestServer.UrlAsync(), await AdoNet.Value);

    /// <summary>Without any table, on the server that tests share or another.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(string? serverUrl = null, string encoding = "UTF8") =>
        await CopyAsync(serverUrl ?? await TestServer.UrlAsync(), "template0", $"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");

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

    private static async Task<TestDatabase> CopyAsync(string serverUrl, string template, string properties = "")
    {
        var server = PostgresConnectionString.Parse(serverUrl);
        var database = new TestDatabase(server, $"registry_test_{Guid.NewGuid():N}");
        await ExecuteAsync(server, $"CREATE DATABASE {database.Settings.Database} TEMPLATE {template} STRATEGY FILE_COPY {properties}");
        return database;
    }

    private static async Task<string> TemplateAsync(Func<PostgresStoreOptions, IRecordStore> storeOn)
    {
        var template = await CreateEmptyAsync();
        TestServer.AtTheEnd(template);
        await using var store = storeOn(template.Options());
        await store.OpenAsync(CancellationToken.None);
        return template.Settings.Database!;
    }

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder settings, string sql)
    {
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
