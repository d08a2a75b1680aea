using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// What the registry asks of a database, looked at before anything is read or written: a database that is not so would fail later, and worse.
/// </summary>
internal sealed class DatabaseRules(PostgresDatabase database)
{
    /// <summary>How often a pooler is tried; one that lends its connections for a transaction shows it almost always at the first.</summary>
    private const int Rounds = 5;

    private const string BackendProcess = "SELECT pg_backend_pid()";

    /// <exception cref="StoreStartException">The database, or what is between, is not as it must be: what to do.</exception>
    public async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand(
            "SELECT current_setting('server_encoding'), current_database()::text, "
                + "pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'", connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            CheckEncoding(reader.GetString(0), reader.GetString(1));
            CheckWritable(reader.GetBoolean(2), reader.GetBoolean(3), reader.GetString(1));
        }

        if (await ProcessAsync(connection, cancellationToken) != connection.ProcessID)
        {
            await CheckPoolerAsync(cancellationToken);
        }
    }

    /// <summary>True where a pooler is between: its connections carry other process numbers than the server's.</summary>
    public static async Task<bool> IsPooledAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ProcessAsync(connection, cancellationToken) != connection.ProcessID;

    private void CheckEncoding(string encoding, string name)
    {
        if (encoding != "UTF8")
        {
            throw Refused($"its encoding is {encoding}, which cannot keep every text: "
                + $"create one in UTF8 (createdb -E UTF8 -T template0 {name}_utf8), move what is in it with pg_dump, and name it in DATABASE_URL");
        }
    }

    private void CheckWritable(bool isStandby, bool isReadOnly, string name)
    {
        if (isStandby)
        {
            throw Refused("the server is read-only, a standby: name the primary in DATABASE_URL");
        }

        if (isReadOnly)
        {
            throw Refused(
                $"default_transaction_read_only is on: turn it off (ALTER DATABASE \"{name}\" RESET default_transaction_read_only; or of the role)");
        }
    }

    /// <summary>Refuses a pooler that gives a client's next statement another session: settings, LISTEN and locks are the session's.</summary>
    private async Task CheckPoolerAsync(CancellationToken cancellationToken)
    {
        await using var one = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var other = await database.Source.OpenConnectionAsync(cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            var before = await ProcessAsync(one, cancellationToken);
            int meanwhile;
            try
            {
                await using var transaction = await other.BeginTransactionAsync(cancellationToken);
                meanwhile = await ProcessAsync(other, cancellationToken);
                if (meanwhile != before && await ProcessAsync(one, cancellationToken) == before)
                {
                    continue;
                }
            }
            catch (PostgresException refused) when (refused.MessageText.Contains("statement pooling", StringComparison.Ordinal))
            {
            }

            throw Refused("a pooler is between that lends its connections for a transaction or a statement, and the registry "
                + "needs sessions of its own: set pool_mode=session for this database in PgBouncer, or name the server itself in DATABASE_URL");
        }
    }

    private StoreStartException Refused(string why) => new($"The {database.Description} cannot be used: {why}.");

    private static async Task<int> ProcessAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(BackendProcess, connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
