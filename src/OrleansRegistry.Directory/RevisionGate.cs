namespace OrleansRegistry.Directory;

/// <summary>A revision that only rises, and that callers can wait for.</summary>
internal sealed class RevisionGate
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> waiting = new();
    private long revision;

    public long Revision => Volatile.Read(ref revision);

    /// <summary>How many wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <exception cref="TimeoutException">It did not come within <paramref name="patience"/>.</exception>
    public Task WaitAsync(long atLeast, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Revision >= atLeast)
        {
            return Task.CompletedTask;
        }

        lock (gate)
        {
            if (revision >= atLeast)
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter, atLeast);
            return WaitAsync(waiter, patience, time, cancellationToken);
        }
    }

    private async Task WaitAsync(TaskCompletionSource waiter, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch
        {
            // Given up: a revision that never comes would keep it for good.
            lock (gate)
            {
                waiting.Remove(waiter, out _, out _);
            }

            throw;
        }
    }

    public void Advance(long to)
    {
        lock (gate)
        {
            if (to <= revision)
            {
                return;
            }

            Volatile.Write(ref revision, to);
            while (waiting.TryPeek(out var waiter, out var atLeast) && atLeast <= to)
            {
                waiting.Dequeue();
                waiter.SetResult();
            }
        }
    }
}
