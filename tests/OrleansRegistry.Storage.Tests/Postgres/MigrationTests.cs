using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class MigrationTests : IAsyncLifetime
{
    private static readonly int BuiltIn = Migration.Postgres.Count;

    private static readonly Migration Second = new(BuiltIn + 1, "second", "CREATE TABLE second (a int);\n", "DROP TABLE second;");

    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    [Fact]
    public async Task They_go_up_down_and_up_again()
    {
        await using var migrations = Of([.. Migration.Postgres, Second]);
        Assert.All(await migrations.StatusAsync(), migration => Assert.Null(migration.AppliedAt));
        Assert.Equal(BuiltIn + 1, await migrations.UpAsync());
        Assert.Equal(0, await migrations.UpAsync());
        Assert.All(await migrations.StatusAsync(), migration => Assert.NotNull(migration.AppliedAt));

        Assert.Equal(1, await migrations.DownAsync(BuiltIn));
        Assert.Equal([true, false], (await migrations.StatusAsync()).Select(migration => migration.AppliedAt is not null).TakeLast(2));
        Assert.Equal(BuiltIn, await migrations.DownAsync(0));
        Assert.Equal(1, await Database.QueryAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Equal(BuiltIn + 1, await migrations.UpAsync());
    }

    [Fact]
    public async Task Tasks_get_the_columns_of_notifications_and_lose_them_again()
    {
        await using var migrations = Of(Migration.Postgres);
        await migrations.UpAsync();

        // A server of the version before, which does not know them, may still write.
        await Database.ExecuteAsync(
            "INSERT INTO task_records (tenant, id, version, document, fields, has_webhook) VALUES ('t', 'a', 1, '{}', '{}', true)");
        await migrations.DownAsync(2);
        Assert.True(await Database.QueryAsync<bool>("SELECT has_webhook FROM task_records"));
        await migrations.UpAsync();
        Assert.True(await Database.QueryAsync<bool>("SELECT NOT has_failed_webhook AND push_due IS NULL FROM task_records"));
    }

    [Fact]
    public async Task An_edited_one_stops_the_start_with_its_name()
    {
        await using (var first = Of([Second]))
        {
            await first.UpAsync();
        }

        await using var otherLineEnds = Of([Second with { Up = Second.Up.ReplaceLineEndings("\r\n") }]);
        Assert.Equal(0, await otherLineEnds.UpAsync());
        await using var edited = Of([new Migration(BuiltIn + 1, "second", "CREATE TABLE second (b int);\n", Second.Down)]);
        Assert.Contains($"{Second} was edited", (await Assert.ThrowsAsync<StoreStartException>(() => edited.UpAsync())).Message);
    }

    [Fact]
    public async Task An_unknown_newer_one_stops_the_start_with_its_name()
    {
        await using (var newer = Of([.. Migration.Postgres, Second]))
        {
            await newer.UpAsync();
        }

        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => Database.OpenAsync());
        Assert.Contains($"{Second}", refusal.Message);
    }

    [Fact]
    public async Task One_that_fails_leaves_nothing_of_itself()
    {
        await using var broken = Of([.. Migration.Postgres, new Migration(BuiltIn + 1, "broken", "CREATE TABLE half (a int); SELECT nonsense;", "")]);
        Assert.Contains("_broken", (await Assert.ThrowsAsync<StoreStartException>(() => broken.UpAsync())).Message);
        Assert.True(await Database.QueryAsync<bool>("SELECT to_regclass('half') IS NULL AND to_regclass('agents') IS NOT NULL"));
    }

    [Fact]
    public async Task Where_they_are_off_a_pending_one_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => Database.OpenAsync(Database.Options() with { RunMigrations = false }));
        Assert.Contains("0001_records", refusal.Message);
    }

    [Fact]
    public async Task Many_may_start_at_once()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Database.OpenAsync()));
        Assert.Equal(BuiltIn, await Database.QueryAsync<long>("SELECT count(*) FROM schema_migrations"));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    private PostgresMigrations Of(IReadOnlyList<Migration> known) =>
        new(new PostgresDatabase(Database.Options(), NullLogger.Instance, TimeProvider.System), NullLogger.Instance, known);
}
