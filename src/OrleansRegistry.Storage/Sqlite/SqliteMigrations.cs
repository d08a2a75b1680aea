using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// Brings the schema of a database up to what this program needs, or back down. The process that opened the file is the only one to do so.
/// </summary>
internal sealed class SqliteMigrations(SqliteSession session, string store, ILogger logger, IReadOnlyList<Migration>? migrations = null)
{
    private const string History = "schema_migrations";

    private readonly IReadOnlyList<Migration> known = migrations ?? Migration.Sqlite;

    /// <summary>Applies what is pending if <paramref name="run"/>, else refuses where anything is.</summary>
    /// <exception cref="StoreStartException">As <see cref="Status"/>, or something is pending.</exception>
    public void Open(bool run)
    {
        if (run)
        {
            Up();
        }
        else if (Status().FirstOrDefault(migration => migration.AppliedAt is null) is { } pending)
        {
            throw Migration.IsPending(store, pending);
        }
    }

    /// <summary>Every migration of this program, in order.</summary>
    /// <exception cref="StoreStartException">The database has a migration that was edited or that this program does not know.</exception>
    public IReadOnlyList<MigrationStatus> Status()
    {
        var applied = Applied();
        return [.. known.Select(
            migration => new MigrationStatus(migration.Number, migration.Name, applied.TryGetValue(migration.Number, out var at) ? at : null))];
    }

    /// <summary>Applies what is pending, each in a transaction of its own.</summary>
    /// <returns>How many were.</returns>
    public int Up()
    {
        var applied = Applied();
        var pending = known.Where(migration => !applied.ContainsKey(migration.Number)).ToArray();
        foreach (var migration in pending)
        {
            Step(
                migration,
                "up",
                migration.Up,
                $"INSERT INTO {History} (number, name, checksum) VALUES ($1, $2, $3)",
                migration.Number,
                migration.Name,
                migration.Checksum);
        }

        return pending.Length;
    }

    /// <summary>Takes back every migration above <paramref name="to"/>, with the data that lies in it; 0 takes back all.</summary>
    /// <returns>How many were.</returns>
    public int Down(int to)
    {
        var applied = Applied();
        var above = known.Where(migration => migration.Number > to && applied.ContainsKey(migration.Number)).Reverse().ToArray();
        foreach (var migration in above)
        {
            Step(migration, "down", migration.Down, $"DELETE FROM {History} WHERE number = $1", migration.Number);
        }

        return above.Length;
    }

    private Dictionary<int, DateTimeOffset> Applied()
    {
        session.Script(
            $"CREATE TABLE IF NOT EXISTS {History} (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, "
            + "applied_at text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')))");
        var applied = new Dictionary<int, DateTimeOffset>();
        using var reader = session.Query($"SELECT number, name, checksum, applied_at FROM {History} ORDER BY number");
        while (reader.Read())
        {
            Migration.Check(known, store, reader.GetInt32(0), reader.GetString(1), reader.GetString(2));
            applied[reader.GetInt32(0)] = reader.GetDateTimeOffset(3);
        }

        return applied;
    }

    private void Step(Migration migration, string direction, string sql, string record, params ReadOnlySpan<object?> values)
    {
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            session.Script(sql);
            session.Execute(record, values);
            session.Execute("COMMIT");
        }
        catch (SqliteException refused)
        {
            if (!session.IsAutoCommit)
            {
                session.Execute("ROLLBACK");
            }

            throw new StoreStartException(
                $"The migration {migration} ({direction}) failed in the {store} ({refused.Message}). Nothing of it was kept.",
                refused);
        }

        logger.MigrationApplied(migration.ToString(), direction, store);
    }
}
