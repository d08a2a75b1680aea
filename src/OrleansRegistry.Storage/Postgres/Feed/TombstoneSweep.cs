using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Removes old deletions and the oldest of the log of commits, a few at a time and one process at a time, and moves the feed's horizon with them.
/// </summary>
internal sealed class TombstoneSweep(PostgresDatabase database, RecordTable table, TimeSpan age, ILogger logger)
{
    private const int Step = 1_000;

    /// <summary>How many revisions the log keeps however many come in a day: more than a reader ever gets at once.</summary>
    private const long KeptRevisions = 1_000_000;

    private const long AdvisoryLock = 0x6f72_6567_5357_5000;

    /// <summary>Removes all that is old enough; nothing where another process is at it.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var total = 0L;
        var horizon = 0L;
        var removed = 0L;
        do
        {
            (removed, horizon) = await database.RunAsync(StepAsync, cancellationToken);
            total += removed;
        }
        while (removed == Step);
        if (total > 0)
        {
            logger.TombstonesRemoved(database.Description, total, horizon);
        }
    }

    private async Task<(long Removed, long Horizon)> StepAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var claim = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock($1)", connection)
        {
            Parameters = { new() { Value = AdvisoryLock + table.Kind.Number } },
        };
        if (!(bool)(await claim.ExecuteScalarAsync(cancellationToken))!)
        {
            return default;
        }

        // The counter first, as every writer does: no deadlock.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("DELETE FROM registry_writers WHERE at < now() - greatest($1, interval '1 day')")
                {
                    Parameters = { new() { Value = age } },
                },
                new NpgsqlBatchCommand("SELECT FROM registry_revision WHERE kind = $1 FOR UPDATE")
                {
                    Parameters = { new() { Value = table.Counter } },
                },
                new NpgsqlBatchCommand(
                    $"""
                    WITH old AS MATERIALIZED (
                        SELECT tenant, id FROM {table.Name} WHERE deleted_at < now() - $2 ORDER BY deleted_at LIMIT {Step}
                    ), gone AS (
                        DELETE FROM {table.Name} AS a USING old WHERE a.tenant = old.tenant AND a.id = old.id RETURNING a.version AS revision
                    ), oldest AS MATERIALIZED (
                        SELECT revision, at FROM {table.ChangeLog} ORDER BY revision LIMIT {Step}
                    ), outdated AS (
                        DELETE FROM {table.ChangeLog} AS log USING oldest, registry_revision AS r
                        WHERE log.revision = oldest.revision AND r.kind = $1
                            AND NOT EXISTS (SELECT FROM registry_projections AS p WHERE p.kind = $1 AND p.revision < oldest.revision)
                            AND (oldest.at < now() - $2 OR oldest.revision <= r.value - {KeptRevisions})
                        RETURNING log.revision
                    )
                    UPDATE registry_revision SET horizon = greatest(horizon, (SELECT max(revision) FROM gone), (SELECT max(revision) FROM outdated))
                    WHERE kind = $1 RETURNING greatest((SELECT count(*) FROM gone), (SELECT count(*) FROM outdated)), horizon
                    """)
                {
                    Parameters = { new() { Value = table.Counter }, new() { Value = age } },
                },
            },
        };
        (long, long) outcome;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            outcome = (reader.GetInt64(0), reader.GetInt64(1));
        }

        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }
}
