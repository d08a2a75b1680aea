namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The newest changes, in runs that follow on one another: what most readers are answered from, without the database. A run is complete:
/// whoever takes in the whole of it knows each record's state as of its end.
/// </summary>
internal sealed class FeedBuffer
{
    private const int MaxChanges = 16_384;
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<Run> runs = new();
    private long history;
    private long position;
    private DateTime? at;
    private long heard;
    private long hearings;
    private int count;
    private long bytes;
    private TaskCompletionSource? news;
    private Func<Exception>? closed;

    private sealed record Run(long After, ChangeBatch Changes, long Bytes);

    /// <summary>The revision up to which all changes were taken in.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>The number of the history that the changes are of.</summary>
    public long History => Volatile.Read(ref history);

    /// <summary>The commit up to which all changes were taken in.</summary>
    public FeedMark Mark
    {
        get
        {
            lock (gate)
            {
                return new FeedMark(history, position, at);
            }
        }
    }

    public void Start(long revision, DateTime? began)
    {
        position = revision;
        heard = revision;
        at = began;
    }

    /// <summary>Restarts with another history of the records: earlier changes and notifications no longer count.</summary>
    /// <param name="number">The number of that history.</param>
    public void Restart(long number, long revision, DateTime? began)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            runs.Clear();
            count = 0;
            bytes = 0;

            // So that the stamp rises.
            hearings += Math.Max(0, position - revision) + 1;
            at = began;
            heard = long.MaxValue;
            Volatile.Write(ref position, revision);
            Volatile.Write(ref history, number);
            waiting = news;
            news = null;
        }

        waiting?.SetResult();
    }

    /// <summary>Tells when the commit of a mark began, of which that was not known.</summary>
    public void Confirm(FeedMark mark, DateTime? began)
    {
        lock (gate)
        {
            if (mark == new FeedMark(history, position, null))
            {
                at = began;
            }
        }
    }

    /// <summary>Takes in a run that begins where the last ended.</summary>
    /// <param name="known">The number of the history that it belongs to.</param>
    /// <param name="began">When its last commit began, where that is known.</param>
    /// <returns>False where it does not; nothing was taken in.</returns>
    public bool TryAppend(long known, long after, IReadOnlyList<RecordChange> changes, DateTime? began)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            if (known != history || after != position)
            {
                return false;
            }

            var run = new Run(after, new ChangeBatch(changes), changes.Sum(Size));
            runs.Enqueue(run);
            count += changes.Count;
            bytes += run.Bytes;
            while (runs.Count > 1 && (count > MaxChanges || bytes > MaxBytes))
            {
                var oldest = runs.Dequeue();
                count -= oldest.Changes.Changes.Count;
                bytes -= oldest.Bytes;
            }

            at = began;
            Volatile.Write(ref position, run.Changes.Revision);
            waiting = news;
            news = null;
        }

        waiting?.SetResult();
        return true;
    }

    /// <summary>The newest revision that is known to be committed; <see cref="Position"/> or more.</summary>
    public long Heard
    {
        get
        {
            lock (gate)
            {
                // Somebody may have committed, nobody knows what.
                return heard == long.MaxValue ? position : Math.Max(heard, position);
            }
        }
    }

    /// <summary>How often <see cref="Hear"/> was called.</summary>
    public long Hearings => Volatile.Read(ref hearings);

    /// <summary>Another number after every commit that it learns of.</summary>
    public long Stamp => Volatile.Read(ref position) + Volatile.Read(ref hearings);

    /// <summary>Why it is closed; null while it is not.</summary>
    public Func<Exception>? Closed => Volatile.Read(ref closed);

    /// <summary>Somebody committed up to <paramref name="revision"/>, or may have; readers that wait look.</summary>
    public void Hear(long revision)
    {
        TaskCompletionSource? waiting = null;
        lock (gate)
        {
            hearings++;
            heard = Math.Max(heard, revision);
            if (heard > position)
            {
                waiting = news;
                news = null;
            }
        }

        waiting?.SetResult();
    }

    /// <summary>All that was heard by the <paramref name="hearing"/>th time has been taken in.</summary>
    public void CaughtUp(long hearing)
    {
        lock (gate)
        {
            if (hearings == hearing)
            {
                heard = position;
            }
        }
    }

    public void Close(Func<Exception> reason)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            closed = reason;
            waiting = news;
            news = null;
        }

        waiting?.SetResult();
    }

    /// <summary>
    /// The changes after <paramref name="revision"/> where they are held; else null, and <paramref name="wait"/> is a task that ends when
    /// there is news, or null where the database must be asked at once.
    /// </summary>
    /// <param name="known">The number of the history that the revision belongs to.</param>
    /// <exception cref="HistoryChangedException">That one is over.</exception>
    public ChangeBatch? Take(long known, long revision, out Task? wait)
    {
        lock (gate)
        {
            if (closed is not null)
            {
                throw closed();
            }

            if (known != history)
            {
                throw new HistoryChangedException();
            }

            wait = null;
            if (revision >= position)
            {
                if (heard <= position)
                {
                    news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = news.Task;
                }

                return null;
            }

            foreach (var run in runs)
            {
                if (revision == run.After)
                {
                    return run.Changes;
                }

                if (revision > run.After && revision < run.Changes.Revision)
                {
                    return new ChangeBatch([.. run.Changes.Changes.SkipWhile(change => change.Revision <= revision)]);
                }
            }

            return null;
        }
    }

    private static long Size(RecordChange change) =>
        64 + (2L * change.Key.Id.Length) + (change.Body is { } body ? body.Document.Length + body.Fields.Length : 0);
}
