namespace OrleansRegistry.Directory;

/// <summary>A revision that only rises, and that callers can wait for.</summary>
internal sealed class RevisionGate
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> waiting = new();
    private long revision;

    public long Revision => Volatile.Read(ref revision);

    public Task WaitAsync(long atLeast)
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
            return waiter.Task;
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
