using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Takes all writes that wait, commits them as one transaction, shows them to the feed, and only then answers their callers. New writes
/// gather meanwhile.
/// </summary>
internal sealed class GroupCommit(PostgresDatabase database, PostgresStoreOptions options, PostgresFeed feed, ILogger logger)
{
    private readonly WriteQueue queue = new(options.MaxQueuedWrites, options.MaxQueuedBytes);
    private readonly BatchWriter writer = new(database, logger);
    private Task running = Task.CompletedTask;

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Queues a write; the task completes once it is committed.</summary>
    public Task<long> EnqueueAsync(PendingWrite write) => queue.TryAdd(write) switch
    {
        WriteQueue.Entry.Taken => write.Answer,
        WriteQueue.Entry.Completed => throw RecordRules.Stopping(database.Description),
        _ => throw new RegistryException(RegistryError.Busy, $"The {database.Description} has too many writes waiting. Nothing was stored; try again shortly.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
    };

    /// <inheritdoc cref="BatchWriter.Id"/>
    public Guid WriterId => writer.Id;

    /// <inheritdoc cref="BatchWriter.SettleAsync"/>
    public Task SettleAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => writer.SettleAsync(connection, cancellationToken);

    /// <summary>Takes no more writes, and completes when those that wait are answered.</summary>
    public Task CompleteAsync()
    {
        queue.Complete();
        return running;
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingWrite>();
        while (await queue.TakeAsync(batch))
        {
            await CommitAsync(batch);
            batch.Clear();
        }
    }

    private async Task CommitAsync(IReadOnlyList<PendingWrite> writes)
    {
        try
        {
            Answer(writes, await writer.CommitAsync(writes));
        }
        catch (PostgresException refused) when (PostgresFaults.IsRolledBack(refused) && PostgresFaults.IsOfData(refused))
        {
            await IsolateAsync(writes, refused);
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            logger.BatchFailed(fault, database.Description, writes.Count);
            FailAll(writes, () => PostgresFaults.Translate(database.Description, fault));
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            feed.Hear(long.MaxValue);
            FailAll(writes, () => new RecordOutcomeUnknownException(unknown.Message, unknown));
        }
#pragma warning disable CA1031 // Nobody else is there to see it, and callers must be answered.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            logger.BatchFailed(bug, database.Description, writes.Count);
            FailAll(writes, () => new RecordOutcomeUnknownException($"The {database.Description} failed while writing: {bug.Message}", bug));
        }
    }

    /// <summary>Finds the write that the server refuses by halves, and fails that one alone.</summary>
    private async Task IsolateAsync(IReadOnlyList<PendingWrite> writes, PostgresException refused)
    {
        if (writes.Count > 1)
        {
            await CommitAsync([.. writes.Take(writes.Count / 2)]);
            await CommitAsync([.. writes.Skip(writes.Count / 2)]);
            return;
        }

        var (kind, key) = (writes[0].Table.Kind, writes[0].Key);
        if (writes[0] is { WithoutColumns: false, Columns: not null } write)
        {
            write.WithoutColumns = true;
            logger.ColumnsLeftEmpty(database.Description, kind, key.Tenant, key.Id, refused.MessageText);
            await CommitAsync(writes);
            return;
        }

        writes[0].Fail(new RegistryException(
            RegistryError.Invalid,
            $"{kind} '{key.Id}' of tenant '{key.Tenant}' was refused by the {database.Description} ({refused.SqlState}: {refused.MessageText}). Nothing was stored.",
            innerException: refused));
    }

    private void Answer(IReadOnlyList<PendingWrite> writes, BatchOutcome outcome)
    {
        var changes = new List<RecordChange>(writes.Count);
        var (versions, conflicts) = (new long[writes.Count], new InconsistentStateException?[writes.Count]);
        for (var (i, lost) = (0, 0); i < writes.Count; i++)
        {
            var write = writes[i];
            if (lost < outcome.Lost.Length && outcome.Lost[lost] == i + 1)
            {
                conflicts[i] = RecordRules.Conflict(write.Table.Kind, write.Key, outcome.Stored[lost++], write.ExpectedVersion);
                continue;
            }

            versions[i] = outcome.FirstRevision + changes.Count;
            changes.Add(new RecordChange(write.Key, versions[i], write.Body));
        }

        if (changes.Count > 0 && writes[0].Table.Kind == RecordKind.Agent)
        {
            feed.Offer(outcome.FirstRevision - 1, changes);
        }

        for (var i = 0; i < writes.Count; i++)
        {
            if (conflicts[i] is { } conflict)
            {
                writes[i].Fail(conflict);
            }
            else
            {
                writes[i].Succeed(versions[i]);
            }
        }
    }

    private static void FailAll(IReadOnlyList<PendingWrite> writes, Func<Exception> reason)
    {
        foreach (var write in writes)
        {
            write.Fail(reason());
        }
    }
}
