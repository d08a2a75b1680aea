namespace OrleansRegistry.Storage.Files;

/// <summary>The writes that wait for the disk: any number of callers put in, one writer takes out a batch at a time.</summary>
/// <remarks>
/// The first caller that is answered is the first to come back, and taken alone would cost a flush, with all others waiting behind it. So a batch
/// waits until it is as large as the two before it were on average, as long as a flush takes.
/// </remarks>
/// <param name="longestWait">How long a batch waits for others at most, however slow the disk is.</param>
internal sealed class WriteQueue(int maxWrites, long maxBytes, TimeSpan longestWait)
{
    private const int MaxBatchWrites = 4096;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    // Where a flush takes a quarter of a millisecond, waiting was seen to cost 16 and 64 callers a sixth of their writes, and to bring 128 to 512 a tenth more.
    private const int Many = 64;

    private readonly object gate = new();
    private readonly Queue<WriteRequest> writes = new();
    private readonly Queue<Action> errands = new();
    private long bytes;
    private int last;
    private int lastButOne;
    private int wanted;
    private bool completed;

    public enum Entry
    {
        Taken,
        Full,
        Completed,
    }

    public Entry TryAdd(WriteRequest request)
    {
        lock (gate)
        {
            if (completed)
            {
                return Entry.Completed;
            }

            if (writes.Count >= maxWrites || (writes.Count > 0 && bytes + request.Length > maxBytes))
            {
                return Entry.Full;
            }

            writes.Enqueue(request);
            bytes += request.Length;
            if (writes.Count == 1 || (wanted > 0 && IsGathered))
            {
                Monitor.Pulse(gate);
            }

            return Entry.Taken;
        }
    }

    /// <summary>Has the writer run <paramref name="errand"/> between two batches.</summary>
    /// <returns>False when it takes no more.</returns>
    public bool TryAdd(Action errand)
    {
        lock (gate)
        {
            if (!completed)
            {
                errands.Enqueue(errand);
                Monitor.Pulse(gate);
            }

            return !completed;
        }
    }

    /// <summary>Takes no more; what is in it is still handed out.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Waits for work, and fills <paramref name="batch"/> with the oldest writes or gives an errand.</summary>
    /// <param name="flush">How long the last flush took.</param>
    /// <returns>False when it is completed and empty.</returns>
    public bool Take(List<WriteRequest> batch, TimeSpan flush, out Action? errand)
    {
        lock (gate)
        {
            while (writes.Count == 0 && errands.Count == 0)
            {
                if (completed)
                {
                    errand = null;
                    return false;
                }

                Monitor.Wait(gate);
            }

            if (errands.TryDequeue(out errand))
            {
                return true;
            }

            Gather(flush);
            var batchBytes = 0L;
            while (batch.Count < MaxBatchWrites && writes.TryPeek(out var next) && (batch.Count == 0 || batchBytes + next.Length <= MaxBatchBytes))
            {
                batch.Add(writes.Dequeue());
                batchBytes += next.Length;
            }

            bytes -= batchBytes;
            (lastButOne, last) = (last, batch.Count);
            return true;
        }
    }

    private bool IsGathered => writes.Count >= wanted || bytes >= MaxBatchBytes;

    private void Gather(TimeSpan flush)
    {
        wanted = (last + lastButOne) / 2;

        // Whole milliseconds: a thread is not woken more finely.
        var patience = Math.Min(Math.Max(Math.Round(flush.TotalMilliseconds), wanted < Many ? 0 : 1), longestWait.TotalMilliseconds);
        if (!IsGathered && !completed && patience > 0)
        {
            Monitor.Wait(gate, (int)patience);
        }

        wanted = 0;
    }
}
