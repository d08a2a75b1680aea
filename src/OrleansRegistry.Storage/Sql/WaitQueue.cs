namespace OrleansRegistry.Storage;

/// <summary>What waits for a database: any number of callers put in, and whoever works on it takes out a batch at a time.</summary>
/// <param name="store">The store's name, for errors.</param>
/// <param name="work">What waits, in the plural, for errors.</param>
internal abstract class WaitQueue<T>(string store, string work)
{
    private readonly Lock gate = new();
    private readonly LinkedList<T> items = new();
    private readonly List<(int Count, TaskCompletionSource Arrival)> takers = [];
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
            WakeTakers();
        }

        return node;
    }

    /// <summary>Adds several at once, so that one batch can take them all.</summary>
    /// <exception cref="RegistryException">As <see cref="Add"/>; none is added.</exception>
    public void AddAll(IReadOnlyList<T> added)
    {
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

            WakeTakers();
        }
    }

    /// <summary>Takes no more; what is in it is still handed out.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            WakeTakers();
        }
    }

    /// <summary>Waits for work, and moves the oldest into <paramref name="batch"/>.</summary>
    /// <param name="atLeast">Waits for as many as this, unless it is completed.</param>
    /// <returns>False once it is completed and empty.</returns>
    public async Task<bool> TakeAsync(List<T> batch, int atLeast = 1)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (items.Count >= atLeast || completed)
                {
                    Fill(items.First, batch);
                }

                if (batch.Count > 0 || completed)
                {
                    return batch.Count > 0;
                }

                var arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                takers.Add((atLeast, arrival));
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

    /// <summary>Called under the lock, whenever there are more.</summary>
    private void WakeTakers()
    {
        for (var i = takers.Count - 1; i >= 0; i--)
        {
            if (completed || items.Count >= takers[i].Count)
            {
                takers[i].Arrival.SetResult();
                takers.RemoveAt(i);
            }
        }
    }
}
