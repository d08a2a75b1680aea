namespace OrleansRegistry.Storage.Files;

/// <summary>The writes that wait for the disk: any number of callers put in, one writer takes out a batch at a time.</summary>
internal sealed class WriteQueue(int maxWrites, long maxBytes)
{
    private const int MaxBatchWrites = 4096;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    private readonly object gate = new();
    private readonly Queue<WriteRequest> writes = new();
    private readonly Queue<Action> errands = new();
    private long bytes;
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
            Monitor.Pulse(gate);
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
    /// <returns>False when it is completed and empty.</returns>
    public bool Take(List<WriteRequest> batch, out Action? errand)
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

            var batchBytes = 0L;
            while (batch.Count < MaxBatchWrites && writes.TryPeek(out var next) && (batch.Count == 0 || batchBytes + next.Length <= MaxBatchBytes))
            {
                batch.Add(writes.Dequeue());
                batchBytes += next.Length;
            }

            bytes -= batchBytes;
            return true;
        }
    }
}
