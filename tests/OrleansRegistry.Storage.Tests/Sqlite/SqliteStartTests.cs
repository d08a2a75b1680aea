using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage.Sqlite;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Sqlite;

/// <summary>What stops the start says what is wrong, where, and what to do; and changes nothing.</summary>
public sealed class SqliteStartTests : IDisposable
{
    private readonly TempFolder folder = new();

    private string Database => Path.Combine(folder.Path, "registry.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_second_store_on_the_folder_is_told_which_process_has_it()
    {
        await using var first = await OpenAsync();
        var refusal = await RefusalAsync();
        Assert.Contains($"in use by process {Environment.ProcessId}", refusal);
        await first.PutAsync("a", 0, "1");
    }

    [Fact]
    public async Task The_log_of_version_0_1_is_named()
    {
        await File.WriteAllTextAsync(folder["log-00000001.seg"], "x");
        var refusal = await RefusalAsync();
        Assert.Contains("log of version 0.1 (log-00000001.seg)", refusal);
        Assert.False(File.Exists(Database));
    }

    [Fact]
    public async Task A_database_that_is_gone_while_its_log_is_there_is_not_begun_anew()
    {
        await (await OpenAsync()).DisposeAsync();
        File.Delete(Database);
        await File.WriteAllTextAsync(Database + "-wal", "x");
        Assert.Contains("registry.db is missing", await RefusalAsync());
        Assert.False(File.Exists(Database));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_stays_as_it_is()
    {
        var text = new string('x', 10_000);
        await File.WriteAllTextAsync(Database, text);
        Assert.Contains("not an SQLite database", await RefusalAsync());
        Assert.Equal(text, await File.ReadAllTextAsync(Database));
    }

    [Fact]
    public async Task A_database_of_another_program_stays_as_it_is()
    {
        await ExecuteAsync("CREATE TABLE agents (id integer)");
        Assert.Contains("is not the registry's", await RefusalAsync());
        await ExecuteAsync("INSERT INTO agents VALUES (1)");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_named()
    {
        await (await OpenAsync()).DisposeAsync();
        await ExecuteAsync("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'future', 'x')");
        Assert.Contains("9999_future, which this program does not know: a newer version", await RefusalAsync());
    }

    [Fact]
    public async Task A_migration_that_was_edited_is_named()
    {
        await (await OpenAsync()).DisposeAsync();
        await ExecuteAsync("UPDATE schema_migrations SET checksum = 'x'");
        Assert.Contains("0001_records was edited", await RefusalAsync());
    }

    [Fact]
    public async Task Where_migrations_are_off_a_pending_one_stops_the_start()
    {
        var options = new SqliteStoreOptions { Directory = folder.Path, RunMigrations = false };
        Assert.Contains("lacks the migration 0001_records", await RefusalAsync(options));
        await (await OpenAsync()).DisposeAsync();
        await (await OpenAsync(options)).DisposeAsync();
    }

    [Fact]
    public async Task Migrations_go_back_and_forth()
    {
        await using var database = new SqliteDatabase(
            new SqliteStoreOptions { Directory = folder.Path },
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        database.Open();
        var migrations = new SqliteMigrations(database.Writer, "database", Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.All(migrations.Status(), migration => Assert.NotNull(migration.AppliedAt));
        Assert.Equal(Migration.Sqlite.Count, migrations.Down(0));
        Assert.Equal(1L, database.Writer.Scalar("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view')"));
        Assert.Equal(Migration.Sqlite.Count, migrations.Up());
        Assert.Equal(0, migrations.Up());

        // Tasks get the columns of notifications (0003), and lose them again.
        database.Writer.Execute(
            "INSERT INTO task_records (tenant, id, version, document, fields, has_webhook) VALUES ('t', 'a', 1, x'7b7d', x'7b7d', 1)");
        migrations.Down(2);
        Assert.Equal(1L, database.Writer.Scalar("SELECT has_webhook FROM task_records"));
        migrations.Up();
        Assert.Equal(1L, database.Writer.Scalar("SELECT count(*) FROM task_records WHERE NOT has_failed_webhook AND push_due IS NULL"));
    }

    [Fact]
    public async Task A_damaged_file_stops_the_start_unless_the_check_is_off()
    {
        await using (var store = await OpenAsync())
        {
            for (var i = 0; i < 300; i++)
            {
                await store.PutAsync($"a{i}", 0, new string('x', 900));
            }
        }

        var bytes = await File.ReadAllBytesAsync(Database);
        Array.Fill(bytes, (byte)0xA5, bytes.Length / 2, 4096);
        await File.WriteAllBytesAsync(Database, bytes);

        Assert.Contains("registry.db is damaged", await RefusalAsync());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Database));
        await using var unchecked_ = await OpenAsync(new SqliteStoreOptions { Directory = folder.Path, CheckAtStart = false });
        Assert.NotNull(await unchecked_.GetAsync("a0"));
    }

    [Fact]
    public async Task Folder_and_files_are_this_users_only()
    {
        var data = folder["new/data"];
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes of files.");
            return;
        }

        await using var store = await OpenAsync(new SqliteStoreOptions { Directory = data });
        await store.PutAsync("a", 0, "1");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        foreach (var file in System.IO.Directory.GetFiles(data))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory]
    [InlineData(0x1ED, "", 0x180, "the folder has the mode 0755: chmod 700 ")]
    [InlineData(0x1E8, "", 0x180, "the folder has the mode 0750: chmod 700 ")]
    [InlineData(0x5FD, "", 0x180, "the folder has the mode 2775: chmod o-rwx ")]
    [InlineData(0x1C0, "registry.db", 0x1A4, "registry.db has the mode 0644: chmod 600 ")]
    [InlineData(0x1C0, "LOCK", 0x184, "LOCK has the mode 0604: chmod 600 ")]
    [InlineData(0x5F8, "", 0x180, null)]
    [InlineData(0x1C0, "", 0x180, null)]
    public async Task What_others_can_read_is_told_at_the_start_with_what_ends_it(int folderMode, string file, int fileMode, string? told)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes of files.");
            return;
        }

        await (await OpenAsync()).DisposeAsync();
        if (file.Length > 0)
        {
            await File.AppendAllBytesAsync(folder[file], []);
            File.SetUnixFileMode(folder[file], (UnixFileMode)fileMode);
        }

        File.SetUnixFileMode(folder.Path, (UnixFileMode)folderMode);
        var log = new LogCapture<SqliteStore>();
        await using var store = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder.Path }, log);
        await store.OpenAsync(CancellationToken.None);
        var warnings = log.Entries.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Message).ToList();
        var expected = $"The {store.Description} is open to other users of this machine: {told}{folder[file].TrimEnd('/')}";

        // SQLite gives its other files the mode of the database.
        Assert.Equal(told is null ? null : expected, warnings.FirstOrDefault());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_named()
    {
        await File.WriteAllTextAsync(folder["file"], "x");
        var refusal = await RefusalAsync(new SqliteStoreOptions { Directory = folder["file"] });
        Assert.Contains(folder["file"], refusal);
    }

    [Theory]
    [InlineData(0, 1, "Readers")]
    [InlineData(1, 0, "MaxQueuedWrites")]
    public async Task An_option_out_of_range_is_named(int readers, int writes, string name) =>
        Assert.Contains(name, await RefusalAsync(new SqliteStoreOptions { Readers = readers, MaxQueuedWrites = writes }));

    private Task<SqliteStore> OpenAsync() => OpenAsync(new SqliteStoreOptions { Directory = folder.Path });

    private static async Task<SqliteStore> OpenAsync(SqliteStoreOptions options)
    {
        var store = TestStores.Sqlite(options);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    private Task<string> RefusalAsync() => RefusalAsync(new SqliteStoreOptions { Directory = folder.Path });

    private static async Task<string> RefusalAsync(SqliteStoreOptions options)
    {
        await using var store = TestStores.Sqlite(options);
        return (await Assert.ThrowsAsync<StoreStartException>(() => store.OpenAsync(CancellationToken.None))).Message;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
