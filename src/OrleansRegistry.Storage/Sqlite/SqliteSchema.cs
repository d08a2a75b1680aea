using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>The schema of an SQLite database by hand. No registry can serve the folder meanwhile.</summary>
public sealed class SqliteSchema : IMigrations
{
    private readonly SqliteDatabase database;
    private readonly Lazy<SqliteMigrations> migrations;

    /// <param name="options">With a folder.</param>
    public SqliteSchema(SqliteStoreOptions options, ILogger<SqliteSchema> logger)
    {
        database = new SqliteDatabase(options, logger);
        migrations = new Lazy<SqliteMigrations>(() =>
        {
            database.Open(migratesByHand: true);
            return new SqliteMigrations(database.Writer, database.Description, logger);
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MigrationStatus>> StatusAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => migrations.Value.Status(), cancellationToken);

    /// <inheritdoc/>
    public Task<int> UpAsync(CancellationToken cancellationToken = default) => Task.Run(() => migrations.Value.Up(), cancellationToken);

    /// <inheritdoc/>
    public Task<int> DownAsync(int to, CancellationToken cancellationToken = default) => Task.Run(() => migrations.Value.Down(to), cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
