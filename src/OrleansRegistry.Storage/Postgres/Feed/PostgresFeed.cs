using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The change feed of one table: the newest changes from memory, older ones and those of other processes from the table. Readers are
/// woken by what this process commits and by notifications, and look by themselves now and then, lest a notification was lost.
/// </summary>
internal sealed class PostgresFeed(PostgresDatabase database, RecordTable table, TimeSpan pollInterval, TimeProvider time)
{
    private readonly FeedBuffer buffer = new();
    private readonly Lock gate = new();
    private Task? catchingUp;

    public RecordTable Table => table;

    /// <inheritdoc cref="FeedBuffer.Position"/>
    public long Position => buffer.Position;

    /// <inheritdoc cref="FeedBuffer.Stamp"/>
    public long Stamp => buffer.Stamp;

    public void Start(long revision) => buffer.Start(revision);

    /// <summary>Takes in a batch of this process, where nobody else committed before it; else readers fetch it with what came before.</summary>
    public void Offer(long after, IReadOnlyList<RecordChange> changes)
    {
        if (!buffer.TryAppend(after, changes))
        {
            buffer.Hear(changes[^1].Revision);
        }
    }

    /// <summary>Somebody committed up to <paramref name="revision"/>, or may have.</summary>
    public void Hear(long revision) => buffer.Hear(revision);

    /// <summary>What <see cref="IRecordStore.ReadChangesAsync"/> promises.</summary>
    public async ValueTask<ChangeBatch> ReadAsync(long after, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (buffer.Take(after, out var news) is { } held)
                {
                    return held;
                }

                if (news is not null)
                {
                    await WaitAsync(news, cancellationToken);
                }
                else if (after >= buffer.Position)
                {
                    await CatchUpAsync().WaitAsync(cancellationToken);
                }
                else if (await ChangeQuery.ReadAsync(database, table, after, cancellationToken) is { Count: > 0 } older)
                {
                    return new ChangeBatch(older);
                }
            }
        }
        catch (RegistryException) when (buffer.Closed is { } reason)
        {
            throw reason();
        }
    }

    public void Close(Func<Exception> reason) => buffer.Close(reason);

    private async Task WaitAsync(Task news, CancellationToken cancellationToken)
    {
        try
        {
            await news.WaitAsync(pollInterval, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            await CatchUpAsync().WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes in all that is committed now; one query for all who ask meanwhile.</summary>
    private Task CatchUpAsync()
    {
        lock (gate)
        {
            return catchingUp is { IsCompleted: false } running ? running : catchingUp = QueryAsync();
        }
    }

    private async Task QueryAsync()
    {
        var (after, hearing) = (buffer.Position, buffer.Hearings);
        var changes = await ChangeQuery.ReadAsync(database, table, after, CancellationToken.None);
        if (changes.Count == 0 || buffer.TryAppend(after, changes))
        {
            buffer.CaughtUp(hearing);
        }
    }
}
