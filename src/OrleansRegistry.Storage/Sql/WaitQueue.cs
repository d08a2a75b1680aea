namespace OrleansRegistry.Storage;

/// <summary>What waits for a database: any number of callers put in, and whoever works on it takes out a batch at a time.</summary>
/// <param name="store">The store's name, for errors.</param>
/// <param name="work">What waits, in the plural, for errors.</param>
internal abstract class WaitQueue<T>(string store, string work)
{
    private readonly Lock gate = new();
    private readonly LinkedList<T> items = new();
    private TaskCompletionSource? arrival;
    private bool completed;

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return items.Count;
            }
        }
    }

    /// <exception cref="RegistryException">Too many wait (<see cref="RegistryError.Busy"/>), or the queue is completed.</exception>
    public LinkedListNode<T> Add(T item)
    {
        TaskCompletionSource? waiting;
        LinkedListNode<T> node;
        lock (gate)
        {
            if (completed)
            {
                throw RecordRules.Stopping(store);
            }

            if (!HasRoom(items.Count, item))
            {
                throw RecordRules.Busy(store, work);
            }

            node = items.AddLast(item);
            Added(item);
            waiting = arrival;
            arrival = null;
        }

        waiting?.SetResult();
        return node;
    }

    /// <summary>Adds several at once, so that one batch can take them all.</summary>
    /// <exception cref="RegistryException">As <see cref="Add"/>; none is added.</exception>
    public void AddAll(IReadOnlyList<T> added)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            if (completed)
            {
                throw RecordRules.Stopping(store);
            }

            if (added.Count > 0 && !HasRoom(items.Count == 0 ? 0 : items.Count + added.Count - 1, added[^1]))
            {
                throw RecordRules.Busy(store, work);
            }

            foreach (var item in added)
            {
                items.AddLast(item);
                Added(item);
            }

            waiting = arrival;
            arrival = null;
        }

        waiting?.SetResult();
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

    /// <summary>Waits for work, and moves the oldest into <paramref name="batch"/>.</summary>
    /// <returns>False once it is completed and empty.</returns>
    public async Task<bool> TakeAsync(List<T> batch)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                Fill(items.First, batch);
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

    /// <summary>Removes one that waits.</summary>
    /// <returns>False where it was taken already.</returns>
    protected bool Leave(LinkedListNode<T> node)
    {
        lock (gate)
        {
            if (node.List is null)
            {
                return false;
            }

            Take(node);
            return true;
        }
    }

    /// <summary>Called under the lock.</summary>
    protected abstract bool HasRoom(int count, T item);

    /// <summary>Called under the lock: calls <see cref="Take"/> for each that it moves into the batch.</summary>
    /// <param name="first">The oldest; null when none waits.</param>
    protected abstract void Fill(LinkedListNode<T>? first, List<T> batch);

    /// <summary>Called under the lock, for each that comes.</summary>
    protected virtual void Added(T item)
    {
    }

    /// <summary>Takes one out. Called under the lock, for each that leaves.</summary>
    protected virtual void Take(LinkedListNode<T> node) => items.Remove(node);
}
