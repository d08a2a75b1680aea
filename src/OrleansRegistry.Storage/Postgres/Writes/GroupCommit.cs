using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Takes all writes that wait, commits them as one transaction, shows them to the feed, and only then answers their callers, while the next
/// batch is sent. New writes gather meanwhile.
/// </summary>
/// <remarks>
/// One batch is on its way at a time: with several, each was smaller, and on tasks the same work took 1.5 to 1.8 times the processor time, and was
/// no faster. Where so many wait that a batch of them is large anyway, a second one goes beside it, unless they are followed in one order.
/// </remarks>
/// <param name="feed">Where the writes are of agents; else null.</param>
internal sealed class GroupCommit(
    PostgresDatabase database,
    PostgresStoreOptions options,
    DatabaseHistory history,
    PostgresFeed? feed,
    ILogger logger)
{
    private const int Crowd = 64;

    private readonly WriteQueue queue = new(PostgresDatabase.Name, options.MaxQueuedWrites, options.MaxQueuedBytes, oneKind: true);
    private readonly BatchWriter writer = new(database, history, logger);
    private readonly BatchWriter second = new(database, history, logger);
    private Task running = Task.CompletedTask;

    /// <param name="name">What the loop is called in <paramref name="background"/>.</param>
    public void Start(BackgroundLoops background, string name)
    {
        running = RunAsync(name, writer, 1);
        if (feed is null)
        {
            running = Task.WhenAll(running, RunAsync($"{name}, where many wait", second, Crowd));
        }

        Task RunAsync(string called, BatchWriter by, int atLeast) =>
            Task.Run(() => background.RunAsync(called, _ => RoundAsync(by, atLeast), CancellationToken.None));
    }

    /// <summary>Queues a write; the task completes once it is committed.</summary>
    /// <exception cref="RegistryException">Too many wait, or the store is stopping.</exception>
    public Task<long> EnqueueAsync(PendingWrite write)
    {
        queue.Add(write);
        return write.Answer;
    }

    /// <inheritdoc cref="BatchWriter.Id"/>
    public Guid WriterId => writer.Id;

    /// <inheritdoc cref="BatchWriter.SettleAsync"/>
    public async Task SettleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await writer.SettleAsync(connection, cancellationToken);
        await second.SettleAsync(connection, cancellationToken);
    }

    /// <summary>Takes no more writes, and completes when those that wait are committed and their answers on the way.</summary>
    public Task CompleteAsync()
    {
        queue.Complete();
        return running;
    }

    private async Task<bool> RoundAsync(BatchWriter by, int atLeast)
    {
        var batch = new List<PendingWrite>();
        try
        {
            if (!await queue.TakeAsync(batch, atLeast))
            {
                return false;
            }

            await CommitAsync(batch, by);
            return true;
        }
        catch (Exception bug)
        {
            logger.BatchFailed(bug, database.Description, batch.Count);
            FailAll(batch, () => new RecordOutcomeUnknownException($"The {PostgresDatabase.Name} failed while writing.", bug));
            throw;
        }
    }

    private async Task CommitAsync(IReadOnlyList<PendingWrite> writes, BatchWriter by)
    {
        try
        {
            await AnswerAsync(writes, await CommitFollowedAsync(writes, by));
        }
        catch (PostgresException refused) when (PostgresFaults.IsRolledBack(refused) && PostgresFaults.IsOfData(refused))
        {
            await IsolateAsync(writes, refused, by);
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            logger.BatchFailed(fault, database.Description, writes.Count);
            FailAll(writes, () => PostgresFaults.Translate(fault));
        }
        catch (HistoryChangedException another)
        {
            FailAll(writes, () => new InconsistentStateException(another.Message, another));
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            feed?.Hear(long.MaxValue);
            FailAll(writes, () => new RecordOutcomeUnknownException(unknown.Message, unknown));
        }
    }

    private async Task<BatchOutcome> CommitFollowedAsync(IReadOnlyList<PendingWrite> writes, BatchWriter by)
    {
        using var followed = database.Telemetry.BeginBatch(writes);
        try
        {
            return await by.CommitAsync(writes);
        }
        catch (Exception fault)
        {
            followed.Failed(fault);
            throw;
        }
    }

    /// <summary>Finds the write that the server refuses by halves, and fails that one alone.</summary>
    private async Task IsolateAsync(IReadOnlyList<PendingWrite> writes, PostgresException refused, BatchWriter by)
    {
        if (writes.Count > 1)
        {
            await CommitAsync([.. writes.Take(writes.Count / 2)], by);
            await CommitAsync([.. writes.Skip(writes.Count / 2)], by);
            return;
        }

        var kind = writes[0].Kind;
        var key = writes[0].Key;
        if (refused.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            writes[0].Fail(RecordRules.NotUnique(kind, key, refused));
            return;
        }

        if (writes[0] is { WithoutColumns: false, Columns: not null } write)
        {
            write.WithoutColumns = true;
            database.LogColumnsLeftEmpty(kind, key, refused);
            await CommitAsync(writes, by);
            return;
        }

        writes[0].Fail(new RegistryException(
            RegistryError.Invalid,
            $"{kind} '{key.Id}' of tenant '{key.Tenant}' was refused by the {PostgresDatabase.Name} ({refused.SqlState}). Nothing was stored.",
            innerException: refused));
    }

    private async Task AnswerAsync(IReadOnlyList<PendingWrite> writes, BatchOutcome outcome)
    {
        var changes = new List<RecordChange>(writes.Count);
        var versions = new long[writes.Count];
        var conflicts = new InconsistentStateException?[writes.Count];
        for (var (i, lost) = (0, 0); i < writes.Count; i++)
        {
            var write = writes[i];
            if (lost < outcome.Lost.Length && outcome.Lost[lost] == i + 1)
            {
                conflicts[i] = RecordRules.Conflict(write.Kind, write.Key, outcome.Stored[lost++], write.ExpectedVersion);
                continue;
            }

            versions[i] = outcome.FirstRevision + (feed is null ? i : changes.Count);
            changes.Add(new RecordChange(write.Key, versions[i], write.Body));
        }

        if (changes.Count > 0 && feed is not null)
        {
            await feed.OfferAsync(outcome.FirstRevision - 1, changes, outcome.At);
        }

        // By another thread, as the server has nothing to do until the next batch is sent.
        PendingWrite[] answered = [.. writes];
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                for (var i = 0; i < answered.Length; i++)
                {
                    if (conflicts[i] is { } conflict)
                    {
                        answered[i].Fail(conflict);
                    }
                    else
                    {
                        answered[i].Succeed(versions[i]);
                    }
                }
            },
            null);
    }

    private static void FailAll(IReadOnlyList<PendingWrite> writes, Func<Exception> reason)
    {
        foreach (var write in writes)
        {
            write.Fail(reason());
        }
    }
}
