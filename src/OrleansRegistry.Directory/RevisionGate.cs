namespace OrleansRegistry.Directory;

/// <summary>A revision of a history of the store. Any revision of a later history comes after all of those before.</summary>
internal sealed record RegistryPosition(long History, long Revision)
{
    public bool IsAtLeast(RegistryPosition other) => (History, Revision).CompareTo((other.History, other.Revision)) >= 0;
}

/// <summary>A position that only rises, and that callers can wait for.</summary>
internal sealed class RevisionGate
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource, (long History, long Revision)> waiting = new();
    private volatile RegistryPosition position = new(0, 0);

    public RegistryPosition Position => position;

    /// <summary>For those who wait for nothing but the next change.</summary>
    public WatchPulse Pulse { get; } = new();

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
    public Task WaitAsync(RegistryPosition atLeast, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (position.IsAtLeast(atLeast))
        {
            return Task.CompletedTask;
        }

        lock (gate)
        {
            if (position.IsAtLeast(atLeast))
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter, (atLeast.History, atLeast.Revision));
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

    public void Advance(RegistryPosition to)
    {
        lock (gate)
        {
            if (position.IsAtLeast(to))
            {
                return;
            }

            position = to;
            while (waiting.TryPeek(out var waiter, out var atLeast) && to.IsAtLeast(new RegistryPosition(atLeast.History, atLeast.Revision)))
            {
                waiting.Dequeue();
                waiter.SetResult();
            }
        }

        Pulse.Beat();
    }
}
