using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>The database as people have it.</summary>
public sealed class DatabaseRulesTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    [Fact]
    public async Task A_database_of_another_encoding_is_refused_with_what_to_do()
    {
        await using var latin = await LatinAsync();
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => latin.OpenAsync());
        Assert.Contains("LATIN1", refusal.Message);
        Assert.Contains("createdb -E UTF8", refusal.Message);
    }

    [Fact]
    public async Task A_read_that_the_database_cannot_take_fails_alone()
    {
        await using var latin = await LatinAsync();
        await latin.ExecuteAsync("CREATE TABLE agents (tenant text, id text, long_id text, version bigint, document bytea, fields bytea); INSERT "
            + "INTO agents VALUES ('acme', 'a', NULL, 7, '{}', NULL)");
        await using var connections = new PostgresDatabase(latin.Options() with { MaxRetries = 0 }, NullLogger.Instance, TimeProvider.System);
        var table = RecordTable.Of(AgentKind.Kind);
        var history = new DatabaseHistory(connections, [new FollowedTable(AgentKind.Kind)], TimeProvider.System, NullLogger.Instance);
        var batcher = new ReadBatcher(connections, new GroupCommit(connections, latin.Options(), history, null, NullLogger.Instance));
        var reads = ((string[])["a", "\u4f60", "none", "a\0"]).Select(id => batcher.ReadAsync(table, Records.Key(id), CancellationToken.None))
            .ToArray();
        batcher.Start(new BackgroundLoops(TimeProvider.System, NullLogger.Instance), "reads");

        Assert.Equal(7, (await reads[0])!.Version);
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => reads[1]);
        Assert.Equal(RegistryError.Invalid, refusal.Error);
        Assert.Null(await reads[2]);
        Assert.Null(await reads[3]);
        await batcher.CompleteAsync();
    }

    [Fact]
    public async Task A_database_that_is_read_only_says_so()
    {
        await Database.ExecuteAsync($"ALTER DATABASE {Database.Settings.Database} SET default_transaction_read_only = on");
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => Database.OpenAsync());
        Assert.Contains("default_transaction_read_only", refusal.Message);
        Assert.Contains("RESET", refusal.Message);
    }

    [Theory]
    [InlineData("synchronous_commit", "off", "on")]
    [InlineData("synchronous_commit", "local", "local")]
    [InlineData("synchronous_commit", "remote_apply", "remote_apply")]
    [InlineData("default_transaction_isolation", "serializable", "read committed")]
    [InlineData("statement_timeout", "1s", "0")]
    [InlineData("idle_session_timeout", "1s", "0")]
    [InlineData("standard_conforming_strings", "off", "on")]
    [InlineData("TimeZone", "Asia/Tokyo", "UTC")]
    public async Task The_session_sets_what_the_registry_promises(string setting, string ofDatabase, string ofSession)
    {
        await Database.ExecuteAsync($"ALTER DATABASE {Database.Settings.Database} SET {setting} = '{ofDatabase}'");
        await using var connections = new PostgresDatabase(Database.Options(), NullLogger.Instance, TimeProvider.System);
        Assert.Equal(ofSession, await ShowAsync(connections, setting));
    }

    [Fact]
    public async Task Options_of_the_connection_string_are_settings_of_the_session_but_for_what_is_promised()
    {
        var settings = new NpgsqlConnectionStringBuilder(Database.Settings.ConnectionString)
        {
            Options = @"-c search_path=app,\ public --work-mem=1MB -csynchronous_commit=off",
        };
        await using var connections = new PostgresDatabase(
            Database.Options() with { ConnectionString = settings.ConnectionString },
            NullLogger.Instance,
            TimeProvider.System);
        Assert.Equal(("app, public", "1MB", "on"), (await ShowAsync(connections, "search_path"), await ShowAsync(
            connections,
            "work_mem"), await ShowAsync(connections, "synchronous_commit")));
    }

    [Fact]
    public async Task A_role_that_may_only_read_and_write_starts_on_a_schema_that_is_up_to_date()
    {
        await using (var owner = await Database.OpenAsync())
        {
            await owner.PutAsync("a", 0, "1");
        }

        var role = $"dml_{Guid.NewGuid():N}";
        await Database.ExecuteAsync(
            $"CREATE ROLE {role} LOGIN PASSWORD 'dml'; REVOKE ALL ON SCHEMA public FROM public; GRANT USAGE ON SCHEMA public TO {role}; "
            + $"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "
            + $"{role}");
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(Database.Settings.ConnectionString) { Username = role, Password = "dml" };
            await using var store = await Database.OpenAsync(Database.Options() with { ConnectionString = settings.ConnectionString });
            Assert.Equal(2, await store.PutAsync("a", 1, "2"));
            await store.WriteAsync(TaskKind.Kind, Records.Key("t"), 0, Records.Body("t"));
            await store.SweepAsync(AgentKind.Kind, CancellationToken.None);
        }
        finally
        {
            await Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Theory]
    [InlineData("CREATE TABLE schema_migrations (version text)", "schema_migrations")]
    [InlineData("CREATE TABLE agents (id int)", "agents")]
    [InlineData("CREATE VIEW tasks AS SELECT 1 AS id", "tasks")]
    public async Task Tables_of_somebody_else_are_told_and_a_schema_of_its_own_helps(string theirs, string named)
    {
        await Database.ExecuteAsync(theirs);
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => Database.OpenAsync());
        Assert.Contains(named, refusal.Message);
        Assert.Contains("STORAGE__POSTGRES_SCHEMA", refusal.Message);

        for (var revision = 0; revision < 2; revision++)
        {
            await using var store = await Database.OpenAsync(Database.Options() with { Schema = "Registry-1" });
            Assert.Equal(revision + 1, await store.PutAsync("a", revision, "1"));
        }

        Assert.Equal(1L, await Database.QueryAsync<long>("SELECT count(*) FROM \"Registry-1\".agents"));
    }

    private static async Task<string> ShowAsync(PostgresDatabase connections, string setting)
    {
        await using var connection = await connections.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"SHOW {setting}", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static Task<TestDatabase> LatinAsync() => TestDatabase.CreateEmptyAsync(encoding: "LATIN1");
}
