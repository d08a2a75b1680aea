using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansRegistry.Agents;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>A database of one test's own, gone with it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private const string RollBack =
        """
        SELECT setval('record_version', last_value, is_called) FROM kept.record_version;
        DO $$ DECLARE _t text; _columns text; BEGIN
            FOR _t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                SELECT string_agg(quote_ident(column_name), ', ') INTO _columns FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = _t AND is_generated = 'NEVER';
                EXECUTE format('TRUNCATE public.%I', _t);
                EXECUTE format('INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM kept.%1$I', _t, _columns);
            END LOOP;
        END $$;
        """;

    // Templates are migrated once for a test process, and end with its server.
    private static readonly Lazy<Task<string>> Registry = new(
        () => TemplateAsync(options => new PostgresStore(options, Kinds.All, NullLogger<PostgresStore>.Instance)));
    private static readonly Lazy<Task<string>> AdoNet = new(
        () => TemplateAsync(options => new AdoNetStore(options, AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance)));

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
        var store = new PostgresStore(options ?? Options(), Kinds.All, logger ?? NullLogger<PostgresStore>.Instance);
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

    /// <summary>A copy of it as it is now. All connections to it are cut.</summary>
    public async Task<TestDatabase> BackUpAsync()
    {
        await ExecuteAsync(server, $"ALTER DATABASE {Settings.Database} ALLOW_CONNECTIONS false");
        try
        {
            await ExecuteAsync(server, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Settings.Database}'");
            return await CopyAsync(server.ConnectionString, Settings.Database!);
        }
        finally
        {
            await ExecuteAsync(server, $"ALTER DATABASE {Settings.Database} ALLOW_CONNECTIONS true");
            Forget(Settings);
        }
    }

    /// <summary>Puts a copy in its place. All connections to it are cut.</summary>
    public async Task RestoreAsync(TestDatabase backup)
    {
        await ExecuteAsync(server, $"DROP DATABASE {Settings.Database} WITH (FORCE)");
        Forget(backup.Settings);
        await ExecuteAsync(server, $"CREATE DATABASE {Settings.Database} TEMPLATE {backup.Settings.Database} STRATEGY FILE_COPY");
        Forget(Settings);
    }

    /// <summary>Keeps what its tables and its sequence hold, for <see cref="RollBackAsync"/>.</summary>
    public Task KeepAsync() => ExecuteAsync(
        """
        CREATE SCHEMA kept;
        CREATE TABLE kept.record_version AS SELECT last_value, is_called FROM record_version;
        DO $$ DECLARE _t text; BEGIN
            FOR _t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', _t);
            END LOOP;
        END $$;
        """);

    /// <summary>Puts back in one transaction what was kept. No connection is cut.</summary>
    public async Task RollBackAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await ExecuteAsync(RollBack);
                return;
            }
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected && tries < 20)
            {
                // The stores that use it have their own order of tables.
            }
        }
    }

    private static void Forget(NpgsqlConnectionStringBuilder settings)
    {
        using var connection = new NpgsqlConnection(settings.ConnectionString);
        NpgsqlConnection.ClearPool(connection);
    }

    public async ValueTask DisposeAsync()
    {
        // The test may have killed the server, and the connection that the pool has.
        Forget(server);
        await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {Settings.Database} WITH (FORCE)");
    }

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
