namespace OrleansRegistry.Grains;

/// <summary>The newest events of a grain, numbered without gaps, for readers that wait for them. What is too old or too much is forgotten.</summary>
/// <param name="before">The number before that of the first event to come.</param>
internal sealed class EventLog<TEvent>(long before, GrainWaits waits, TimeProvider time)
{
    private const int MaxEvents = 256;
    private const int MaxBytes = 1024 * 1024;

    private readonly Queue<(long Number, int Bytes, TEvent Event)> held = new();
    private TaskCompletionSource news = New();
    private int bytes;

    /// <summary>The number of the newest event.</summary>
    public long Last { get; private set; } = before;

    /// <summary>Every event after this number is held.</summary>
    public long Floor { get; private set; } = before;

    public void Add(TEvent happened, int size)
    {
        held.Enqueue((++Last, size, happened));
        bytes += size;
        while (held.Count > MaxEvents || bytes > MaxBytes)
        {
            var oldest = held.Dequeue();
            Floor = oldest.Number;
            bytes -= oldest.Bytes;
        }

        Wake();
    }

    /// <summary>Lets everybody who waits look again.</summary>
    public void Wake()
    {
        var heard = news;
        news = New();
        heard.SetResult();
    }

    public bool Holds(long after) => after >= Floor && after <= Last;

    public IReadOnlyList<TEvent> After(long number)
    {
        var later = new List<TEvent>();
        foreach (var entry in held)
        {
            if (entry.Number > number)
            {
                later.Add(entry.Event);
            }
        }

        return later;
    }

    /// <summary>The number of the newest held event for which <paramref name="seen"/> holds; null if there is none.</summary>
    public long? LastWhere(Func<TEvent, bool> seen)
    {
        long? last = null;
        foreach (var entry in held)
        {
            last = seen(entry.Event) ? entry.Number : last;
        }

        return last;
    }

    /// <summary>Whether waits end at once, as this process is about to.</summary>
    public bool IsStopping => waits.IsStopping;

    /// <summary>Waits for the next event, a wake or the end of the wait.</summary>
    /// <returns>False where the wait is over.</returns>
    public async Task<bool> WaitAsync(long began, TimeSpan wait)
    {
        var left = time.GetTimeLeft(began, wait);
        if (left <= TimeSpan.Zero || waits.IsStopping)
        {
            return false;
        }

        await news.Task.WaitAsync(left, time, waits.Stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return true;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What a reader of events gets.</summary>
/// <param name="Events">Those after where it stood, in order; empty where none came in time.</param>
/// <param name="Snapshot">Set where those in between are not held: the head as it is, and nothing else.</param>
/// <param name="Epoch">What the next call is to carry, with <paramref name="Number"/>.</param>
/// <param name="Stopping">Nothing came, and nothing was waited for: the grain's process, or this activation of it, is about to end. Whoever calls
/// again pauses first.</param>
[GenerateSerializer, Immutable, Alias("registry.EventRun`2")]
internal sealed record EventRun<TEvent, THead>(
    [property: Id(0)] IReadOnlyList<TEvent> Events, [property: Id(1)] THead? Snapshot, [property: Id(2)] long Epoch, [property: Id(3)] long Number,
    [property: Id(4)] bool Stopping = false)
    where THead : class;
