using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Streams the records of a table, as of the moment at which the reading begins.</summary>
internal static class SnapshotQuery
{
    public static Task<long> RevisionAsync(PostgresDatabase database, RecordTable table, CancellationToken cancellationToken) =>
        database.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT value FROM registry_revision WHERE kind = $1", connection)
                {
                    Parameters = { new() { Value = table.Counter } },
                };
                return await command.ExecuteScalarAsync(token) as long? ?? throw FoundHistory.CounterIsGone();
            },
            cancellationToken);

    /// <exception cref="RegistryException">The database cannot be read, from the beginning or any more.</exception>
    public static async IAsyncEnumerable<StoredRecord> ReadAsync(
        PostgresDatabase database, RecordTable table, RecordKey? after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var connection = await TranslatedAsync(database, () => database.Source.OpenConnectionAsync(cancellationToken));
        await using var command = new NpgsqlCommand($"SELECT {RecordColumns.Names} FROM {table.Name} WHERE document IS NOT NULL", connection);
        if (after is { } key)
        {
            var (tenant, id, _) = KeyText.Columns(key);
            command.CommandText += " AND (id, tenant) > ($1, $2) ORDER BY id, tenant";
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenant });
        }

        command.CommandTimeout = 0;
        await using var reader = await TranslatedAsync(
            database,
            async () => await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken));
        while (await TranslatedAsync(database, async () => await reader.ReadAsync(cancellationToken)))
        {
            var row = RecordColumns.Read(reader);
            yield return new StoredRecord(row.Key, row.Revision, row.Body!.Value);
        }
    }

    /// <summary>All records as of one revision, in the order of versions, from one transaction. The server sorts them.</summary>
    public static async Task<RecordPicture> PictureAsync(PostgresDatabase database, RecordTable table, CancellationToken cancellationToken)
    {
        var connection = await TranslatedAsync(database, () => database.Source.OpenConnectionAsync(cancellationToken));
        try
        {
            // Not committed: it only reads, and ends with the connection's use.
            var transaction = await TranslatedAsync(
                database,
                () => connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken));
            await using var command = new NpgsqlCommand("SELECT value FROM registry_revision WHERE kind = $1", connection)
            {
                Parameters = { new() { Value = table.Counter } },
            };
            var revision = await TranslatedAsync(
                database,
                async () => await command.ExecuteScalarAsync(cancellationToken) as long? ?? throw FoundHistory.CounterIsGone());
            return new RecordPicture(revision, ReadInOrderAsync(database, connection, table, CancellationToken.None), async () =>
            {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            });
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async IAsyncEnumerable<StoredRecord> ReadInOrderAsync(
        PostgresDatabase database,
        NpgsqlConnection connection,
        RecordTable table,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {RecordColumns.Names} FROM {table.Name} WHERE document IS NOT NULL ORDER BY version",
            connection)
        {
            CommandTimeout = 0,
        };
        await using var reader = await TranslatedAsync(
            database,
            async () => await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken));
        while (await TranslatedAsync(database, async () => await reader.ReadAsync(cancellationToken)))
        {
            var row = RecordColumns.Read(reader);
            yield return new StoredRecord(row.Key, row.Revision, row.Body!.Value);
        }
    }

    private static async ValueTask<T> TranslatedAsync<T>(PostgresDatabase database, Func<ValueTask<T>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            throw database.Translate(fault);
        }
    }
}
