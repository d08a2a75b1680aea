using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Commits batches, one at a time, so that each one's outcome is known. Every batch leaves its outcome in the writer's row of
/// <c>registry_writers</c>, and writes nothing where that row is closed: to know what became of a batch whose answer was lost, the row is
/// closed, which waits for the batch where it is still running, keeps it from running later, and tells its outcome.
/// </summary>
internal sealed class BatchWriter(PostgresDatabase database, DatabaseHistory history, ILogger logger)
{
    private readonly ConcurrentDictionary<Guid, bool> unsettled = new();
    private Guid writer;
    private long number;
    private long last;

    /// <summary>The id that the notifications of this writer carry.</summary>
    public Guid Id => writer;

    /// <summary>Commits, again where it failed for what may pass.</summary>
    /// <exception cref="RecordOutcomeUnknownException">Nobody can tell now whether the batch is committed.</exception>
    /// <exception cref="HistoryChangedException">It is not committed: the database went back, and what the writes rest on may not be in
    /// it.</exception>
    /// <exception cref="NpgsqlException">It is not committed.</exception>
    public async Task<BatchOutcome> CommitAsync(IReadOnlyList<PendingWrite> writes)
    {
        var known = history.Number;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await TryCommitAsync(writes) is { } outcome)
                {
                    Remember(outcome);
                    return outcome;
                }

                writer = default;
                await history.CheckAsync();
                if (history.Number != known)
                {
                    throw new HistoryChangedException();
                }

                if (attempt >= database.MaxRetries + 1)
                {
                    throw new NpgsqlException("its row of registry_writers or registry_revision is gone: has the schema been changed by hand?");
                }
            }
            catch (Exception fault) when (attempt < database.MaxRetries && PostgresFaults.MayPass(fault))
            {
                await database.PauseAsync(fault, attempt, CancellationToken.None);
            }
        }
    }

    /// <summary>Sees to it that no batch of unknown outcome commits after this: what is read next is final.</summary>
    public async Task SettleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var id in unsettled.Keys)
        {
            var (_, certain) = await CloseAsync(connection, id, number: -1, cancellationToken);
            if (!certain)
            {
                return;
            }

            unsettled.TryRemove(id, out _);
        }
    }

    private async Task<BatchOutcome?> TryCommitAsync(IReadOnlyList<PendingWrite> writes)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        if (writer == default)
        {
            writer = await RegisterAsync(connection);
            last = 0;
        }

        try
        {
            return await (writes[0].Kind.HasFeed
                ? BatchCommand.ExecuteAsync(connection, writer, last, ++number, writes)
                : VersionBatchCommand.ExecuteAsync(connection, writer, last, ++number, writes));
        }
        catch (Exception fault) when (PostgresFaults.Is(fault) && !PostgresFaults.IsRolledBack(fault))
        {
            return await ResolveAsync(writes.Count, fault) ?? throw new NpgsqlException(
                $"The connection was lost, and nothing was stored: {fault.Message}",
                new IOException(fault.Message, fault));
        }
    }

    /// <summary>The outcome of the batch just sent, whose answer was lost; null where it is not committed, and never will be.</summary>
    private async Task<BatchOutcome?> ResolveAsync(int writes, Exception lost)
    {
        var asked = writer;
        writer = default;
        unsettled[asked] = true;
        try
        {
            var (outcome, certain) = await database.RunRawAsync(
                (connection, token) => CloseAsync(connection, asked, number, token),
                CancellationToken.None);
            if (outcome is null && !certain && lost is not PostgresException)
            {
                throw new NpgsqlException("the server is read-only now");
            }

            // A server that says why it ends a connection commits nothing on it any more.
            unsettled.TryRemove(asked, out _);
            logger.OutcomeResolved(database.Description, writes, outcome is null ? "not stored" : "stored");
            return outcome;
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            logger.OutcomeUnknown(fault, database.Description, writes);
            throw new RecordOutcomeUnknownException(
                $"The {PostgresDatabase.Name} lost the connection while it wrote, and cannot be asked now what became of it.", fault);
        }
    }

    /// <summary>What is committed must be found again in this database, unless it goes back.</summary>
    private void Remember(BatchOutcome outcome)
    {
        if (outcome.At is not null && writer != default)
        {
            last = number;
            history.Committed(writer, number);
        }
    }

    private static async Task<Guid> RegisterAsync(NpgsqlConnection connection)
    {
        var id = Guid.NewGuid();
        await using var command = new NpgsqlCommand("INSERT INTO registry_writers (id) VALUES ($1)", connection)
        {
            Parameters = { new() { Value = id } },
        };
        await command.ExecuteNonQueryAsync();
        return id;
    }

    /// <summary>
    /// Closes the row. Not certain where the server is read-only: the row is then only read, and a batch that still runs may commit after that.
    /// </summary>
    private static async Task<(BatchOutcome? Outcome, bool Certain)> CloseAsync(
        NpgsqlConnection connection, Guid id, long number, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadAsync($"UPDATE registry_writers AS w SET closed = true WHERE id = $1 RETURNING {BatchOutcome.Columns}, batch"), true);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            return (await ReadAsync($"SELECT {BatchOutcome.Columns}, batch FROM registry_writers AS w WHERE id = $1"), false);
        }

        async Task<BatchOutcome?> ReadAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = id } } };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) && reader.GetInt64(4) == number ? BatchOutcome.Read(reader) : null;
        }
    }
}
