namespace OrleansRegistry.Storage.Postgres;

/// <summary>The reads that wait for the database, in the order in which they came. Who gives up leaves it at once.</summary>
/// <param name="most">The most that wait.</param>
internal sealed class ReadQueue(int most)
{
    private readonly Lock gate = new();
    private readonly LinkedList<PendingRead> reads = new();
    private TaskCompletionSource? arrival;
    private bool completed;

    public enum Entry
    {
        Taken,
        Full,
        Completed,
    }

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return reads.Count;
            }
        }
    }

    public Entry TryAdd(PendingRead read)
    {
        TaskCompletionSource? waiting;
        LinkedListNode<PendingRead> node;
        lock (gate)
        {
            if (completed || reads.Count >= most)
            {
                return completed ? Entry.Completed : Entry.Full;
            }

            node = reads.AddLast(read);
            waiting = arrival;
            arrival = null;
        }

        read.OnCancel(() => Leave(node));
        waiting?.TrySetResult();
        return Entry.Taken;
    }

    /// <summary>Takes no more; what is in it is still handed out.</summary>
    public void Complete()
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            completed = true;
            waiting = arrival;
            arrival = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Moves the oldest that wait into <paramref name="batch"/>; waits until there is one.</summary>
    /// <returns>False once it is completed and empty.</returns>
    public async Task<bool> TakeAsync(List<PendingRead> batch, int limit)
    {
        while (true)
        {
            Task arriving;
            lock (gate)
            {
                for (; batch.Count < limit && reads.First is { } oldest; reads.RemoveFirst())
                {
                    batch.Add(oldest.Value);
                }

                if (batch.Count > 0 || completed)
                {
                    return batch.Count > 0;
                }

                arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arriving = arrival.Task;
            }

            await arriving;
        }
    }

    private void Leave(LinkedListNode<PendingRead> node)
    {
        lock (gate)
        {
            if (node.List is null)
            {
                return;
            }

            reads.Remove(node);
        }

        node.Value.Cancel();
    }
}
