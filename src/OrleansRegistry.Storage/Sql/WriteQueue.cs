namespace OrleansRegistry.Storage;

/// <summary>The writes that wait for the database: any number of callers put in, a writer takes out a batch at a time.</summary>
/// <param name="oneKind">True where a batch holds writes of one kind, each of another key; else it takes them as they come.</param>
internal sealed class WriteQueue(int maxWrites, long maxBytes, bool oneKind)
{
    /// <summary>The most writes of a batch.</summary>
    public const int MaxBatchWrites = 1_000;

    private const long MaxBatchBytes = 8 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly LinkedList<PendingWrite> writes = new();
    private readonly HashSet<RecordKey> taken = [];
    private TaskCompletionSource? arrival;
    private long bytes;
    private bool completed;

    public enum Entry
    {
        Taken,
        Full,
        Completed,
    }

    public Entry TryAdd(PendingWrite write)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            if (completed)
            {
                return Entry.Completed;
            }

            if (writes.Count >= maxWrites || (writes.Count > 0 && bytes + write.Bytes > maxBytes))
            {
                return Entry.Full;
            }

            writes.AddLast(write);
            bytes += write.Bytes;
            waiting = arrival;
            arrival = null;
        }

        waiting?.SetResult();
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

        waiting?.SetResult();
    }

    /// <summary>
    /// Waits for work, and fills <paramref name="batch"/> with the oldest writes. Where batches are of one kind, it takes the oldest of several
    /// writes of one key; the others are for later batches, in their order.
    /// </summary>
    /// <returns>False when it is completed and empty.</returns>
    public async Task<bool> TakeAsync(List<PendingWrite> batch)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                Fill(batch);
                if (batch.Count > 0 || completed)
                {
                    return batch.Count > 0;
                }

                arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = arrival.Task;
            }

            await next;
        }
    }

    private void Fill(List<PendingWrite> batch)
    {
        var batchBytes = 0L;
        var passedOver = 0;
        for (var node = writes.First; node is not null && batch.Count < MaxBatchWrites && passedOver < MaxBatchWrites;)
        {
            var write = node.Value;
            var following = node.Next;
            if (write.CancellationToken.IsCancellationRequested)
            {
                Remove(node);
                write.Cancel();
            }
            else if (oneKind && ((batch.Count > 0 && batch[0].Kind != write.Kind) || !taken.Add(write.Key)))
            {
                passedOver++;
            }
            else if (batch.Count > 0 && batchBytes + write.Bytes > MaxBatchBytes)
            {
                break;
            }
            else
            {
                Remove(node);
                batch.Add(write);
                batchBytes += write.Bytes;
            }

            node = following;
        }

        taken.Clear();
    }

    private void Remove(LinkedListNode<PendingWrite> node)
    {
        bytes -= node.Value.Bytes;
        writes.Remove(node);
    }
}
