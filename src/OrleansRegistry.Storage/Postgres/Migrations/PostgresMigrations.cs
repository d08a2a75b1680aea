using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Brings the schema of a database up to what this program needs, or back down. Any number of processes may do so at once: an advisory
/// lock lets one at a time.
/// </summary>
public sealed class PostgresMigrations : IMigrations
{
    private const long AdvisoryLock = 0x6f72_6567_4d49_4700;

    private const string OtherPlace = "Name a schema for the registry in STORAGE__POSTGRES_SCHEMA, or another database in DATABASE_URL.";

    private readonly PostgresDatabase database;
    private readonly IReadOnlyList<Migration> known;
    private readonly ILogger logger;
    private readonly string history;

    /// <exception cref="StoreStartException">An option is wrong.</exception>
    public PostgresMigrations(PostgresStoreOptions options, ILogger<PostgresMigrations> logger)
        : this(new PostgresDatabase(options, logger, TimeProvider.System), logger, Migration.Postgres)
    {
    }

    /// <summary>The tables in which the silos of a cluster find one another.</summary>
    /// <exception cref="StoreStartException">An option is wrong.</exception>
    public static PostgresMigrations OfClustering(PostgresStoreOptions options, ILogger<PostgresMigrations> logger) =>
        OfClustering(new PostgresDatabase(options, logger, TimeProvider.System), logger);

    internal static PostgresMigrations OfClustering(PostgresDatabase database, ILogger logger) =>
        new(database, logger, Migration.Clustering, "schema_migrations_clustering");

    /// <param name="history">The table that tells which of <paramref name="known"/> were applied.</param>
    internal PostgresMigrations(PostgresDatabase database, ILogger logger, IReadOnlyList<Migration> known, string history = "schema_migrations")
    {
        this.database = database;
        this.logger = logger;
        this.known = known;
        this.history = history;
    }

    /// <summary>As a store needs it that opens: applies what is pending if <paramref name="run"/>, else refuses where anything is.</summary>
    /// <exception cref="StoreStartException">As <see cref="UpAsync"/>, or something is pending.</exception>
    internal async Task OpenAsync(bool run, CancellationToken cancellationToken)
    {
        if (run)
        {
            await UpAsync(cancellationToken);
        }
        else if ((await StatusAsync(cancellationToken)).FirstOrDefault(migration => migration.AppliedAt is null) is { } pending)
        {
            throw Migration.IsPending(database.Description, pending);
        }
    }

    /// <summary>Every migration of this program, in order.</summary>
    /// <exception cref="StoreStartException">The database cannot be reached, or has a migration that was edited or that this program does not
    /// know.</exception>
    public Task<IReadOnlyList<MigrationStatus>> StatusAsync(CancellationToken cancellationToken = default) =>
        GuardedAsync<IReadOnlyList<MigrationStatus>>(
        async (connection, token) =>
        {
            await new DatabaseRules(database).CheckAsync(connection, token);
            var applied = await AppliedAsync(connection, token);
            return [.. known.Select(migration => new MigrationStatus(
                migration.Number, migration.Name, applied.TryGetValue(migration.Number, out var row) ? row.At : null))];
        },
        cancellationToken);

    /// <summary>Applies what is pending, each in a transaction of its own.</summary>
    /// <returns>How many were.</returns>
    /// <exception cref="StoreStartException">As <see cref="StatusAsync"/>, or one could not be applied; those before it stay.</exception>
    public async Task<int> UpAsync(CancellationToken cancellationToken = default) =>
        (await StatusAsync(cancellationToken)).Any(migration => migration.AppliedAt is null) ? await ApplyAsync(cancellationToken) : 0;

    private Task<int> ApplyAsync(CancellationToken cancellationToken) => LockedAsync(
        async (connection, token) =>
        {
            await CreateSchemaAsync(connection, token);
            await ExecuteAsync(
                connection,
                $"CREATE TABLE IF NOT EXISTS {history} (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, "
                + "applied_at timestamptz NOT NULL DEFAULT now())",
                token);
            var applied = await AppliedAsync(connection, token);
            var pending = known.Where(migration => !applied.ContainsKey(migration.Number)).ToArray();
            foreach (var migration in pending)
            {
                await StepAsync(
                    connection, migration, "up", migration.Up, $"INSERT INTO {history} (number, name, checksum) VALUES ($1, $2, $3)",
                    [migration.Number, migration.Name, migration.Checksum], token);
            }

            return pending.Length;
        },
        cancellationToken);

    /// <summary>Takes back every migration above <paramref name="to"/>, with the data that lies in it; 0 takes back all.</summary>
    /// <returns>How many were.</returns>
    /// <exception cref="StoreStartException">As <see cref="UpAsync"/>.</exception>
    public Task<int> DownAsync(int to, CancellationToken cancellationToken = default) => LockedAsync(
        async (connection, token) =>
        {
            var applied = await AppliedAsync(connection, token);
            var above = known.Where(migration => migration.Number > to && applied.ContainsKey(migration.Number)).Reverse().ToArray();
            foreach (var migration in above)
            {
                await StepAsync(
                    connection, migration, "down", migration.Down, $"DELETE FROM {history} WHERE number = $1", [migration.Number], token);
            }

            return above.Length;
        },
        cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private Task<T> LockedAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => GuardedAsync(
        async (connection, token) =>
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLock})", token);
            try
            {
                return await work(connection, token);
            }
            finally
            {
                if (connection.FullState == System.Data.ConnectionState.Open)
                {
                    await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
                }
            }
        },
        cancellationToken);

    private async Task<T> GuardedAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await database.RunRawAsync(work, cancellationToken);
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            throw PostgresFaults.Start(database.Description, fault);
        }
    }

    /// <summary>What the database says was applied, after a check that this program knows all of it.</summary>
    private async Task<Dictionary<int, (string Name, string Checksum, DateTimeOffset At)>> AppliedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, (string Name, string Checksum, DateTimeOffset At)>();
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('{history}') IS NOT NULL", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            return applied;
        }

        await CheckHistoryAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand($"SELECT number, name, checksum, applied_at FROM {history} ORDER BY number", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied[reader.GetInt32(0)] = (reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3));
        }

        foreach (var (number, row) in applied)
        {
            Migration.Check(known, database.Description, number, row.Name, row.Checksum);
        }

        return applied;
    }

    /// <summary>Refuses a table of that name which others made: it is a common one.</summary>
    private async Task CheckHistoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var columns = new NpgsqlCommand(
            $"SELECT count(*) = 4 FROM pg_attribute WHERE attrelid = to_regclass('{history}') AND NOT attisdropped AND attname IN ('number', "
                + "'name', 'checksum', 'applied_at')",
            connection);
        if (!(bool)(await columns.ExecuteScalarAsync(cancellationToken))!)
        {
            throw new StoreStartException(
                $"The table {history} of the {database.Description} is not the registry's: it belongs to something else. {OtherPlace}");
        }
    }

    /// <summary>Makes the schema that the options name; only where it is missing, as that needs a right.</summary>
    private async Task CreateSchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (database.Schema is { } schema)
        {
            await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", connection)
            {
                Parameters = { new() { Value = schema } },
            };
            if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
            {
                await ExecuteAsync(connection, $"CREATE SCHEMA \"{schema}\"", cancellationToken);
            }
        }
    }

    private async Task StepAsync(
        NpgsqlConnection connection,
        Migration migration,
        string direction,
        string sql,
        string record,
        object[] values,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, sql, cancellationToken);
            await using var command = new NpgsqlCommand(record, connection);
            command.Parameters.AddRange(Array.ConvertAll(values, value => new NpgsqlParameter { Value = value }));
            await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException refused) when (!PostgresFaults.MayPass(refused))
        {
            throw new StoreStartException(
                $"The migration {migration} ({direction}) was refused by the {database.Description} ({refused.SqlState}: {refused.MessageText}). "
                    + "Nothing of it was kept."
                + (IsTaken(refused) ? $" That name is taken by something that is not the registry's. {OtherPlace}" : ""),
                refused);
        }

        logger.MigrationApplied(migration.ToString(), direction, database.Description);
    }

    private static bool IsTaken(PostgresException refused) => refused.SqlState is
        PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.DuplicateFunction or PostgresErrorCodes
            .UniqueViolation;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
