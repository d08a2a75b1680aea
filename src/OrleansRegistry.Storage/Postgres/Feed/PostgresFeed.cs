using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The change feed of one table: the newest changes from memory, older ones and those of other processes from the table. Readers are
/// woken by what this process commits and by notifications, and poll now and then, in case a notification was lost.
/// </summary>
internal sealed class PostgresFeed
{
    /// <summary>Between two looks for what others committed: each tells of all since the one before.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly PostgresDatabase database;
    private readonly FollowedTable followed;
    private readonly RecordTable table;
    private readonly FeedBuffer buffer;
    private readonly TimeSpan pollInterval;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private Task? catchingUp;
    private long looked;

    public PostgresFeed(PostgresDatabase database, FollowedTable followed, DatabaseHistory history, TimeSpan pollInterval, TimeProvider time)
    {
        this.database = database;
        this.followed = followed;
        this.pollInterval = pollInterval;
        this.time = time;
        table = followed.Table;
        buffer = followed.Buffer;
        History = history;
    }

    public RecordTable Table => table;

    public DatabaseHistory History { get; }

    /// <inheritdoc cref="FeedBuffer.Position"/>
    public long Position => buffer.Position;

    /// <inheritdoc cref="FeedBuffer.Heard"/>
    public long Heard => buffer.Heard;

    /// <inheritdoc cref="FeedBuffer.Stamp"/>
    public long Stamp => buffer.Stamp;

    /// <summary>
    /// Takes in a batch of this process, where nobody else committed before it; else readers fetch it with what came before. Where all that is known
    /// already, or something else of those revisions, it looks which.
    /// </summary>
    /// <param name="began">When it was committed, where that is known.</param>
    public async ValueTask OfferAsync(long after, IReadOnlyList<RecordChange> changes, DateTime? began)
    {
        var mark = buffer.Mark;
        if (buffer.TryAppend(mark.History, after, changes, began))
        {
            return;
        }

        buffer.Hear(changes[^1].Revision);
        if (after >= mark.Position)
        {
            return;
        }

        try
        {
            await History.CheckAsync();
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            // The batch is committed all the same; the next look tells in which history.
            database.Translate(fault);
        }
    }

    /// <summary>Somebody committed up to <paramref name="revision"/>, or may have.</summary>
    public void Hear(long revision) => buffer.Hear(revision);

    /// <summary>What <see cref="IRecordStore.ReadChangesAsync"/> promises.</summary>
    public async ValueTask<ChangeBatch> ReadAsync(long after, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var history = History.Number;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (buffer.Take(history, after, out var news) is { } held)
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
                else if (await LookAsync(after, cancellationToken) is { Changes: { Count: > 0 } older })
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
        var rest = LookInterval - Stopwatch.GetElapsedTime(looked);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest);
        }

        looked = Stopwatch.GetTimestamp();
        var mark = buffer.Mark;
        var hearing = buffer.Hearings;
        var (changes, at, _, _) = await LookAsync(mark.Position, CancellationToken.None);
        if (changes.Count == 0 || buffer.TryAppend(mark.History, mark.Position, changes, at))
        {
            buffer.CaughtUp(hearing);
        }
    }

    /// <exception cref="RevisionCompactedException">Deletions that old are forgotten, or it is too much at once.</exception>
    private async Task<ChangeQuery.Answer> LookAsync(long after, CancellationToken cancellationToken)
    {
        var known = History.Known;
        var answer = await ChangeQuery.ReadAsync(database, table, after, History.Tables, known.Marks, cancellationToken);
        History.Judge(known, answer.Found);
        var horizon = History.KindOf(answer.Found, followed).Horizon;
        return answer.TooMany is null && after >= horizon
            ? answer
            : throw new RevisionCompactedException(after, answer.TooMany ?? horizon);
    }
}
