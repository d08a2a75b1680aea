namespace OrleansRegistry.Trust.Audit;

/// <summary>Has what comes while a commit is under way committed together by the next. Every caller waits for the commit of what it gave.</summary>
/// <param name="commit">Never called twice at a time.</param>
/// <param name="most">How many wait at most while a commit is under way.</param>
internal sealed class GroupCommit<T>(Func<IReadOnlyList<T>, Task> commit, int most)
{
    private readonly Lock gate = new();
    private Group? next;
    private bool isRunning;
    private Task running = Task.CompletedTask;

    /// <summary>Ends when nothing waits and no commit is under way. Never fails.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate)
        {
            return isRunning ? running : Task.CompletedTask;
        }
    }

    /// <param name="done">Ends once it is committed, or with what the commit threw.</param>
    /// <returns>False where too many wait.</returns>
    public bool TryAdd(T item, out Task done)
    {
        lock (gate)
        {
            done = Task.CompletedTask;
            if (next?.Items.Count >= most)
            {
                return false;
            }

            next ??= new Group();
            next.Items.Add(item);
            done = next.Done.Task;
            if (!isRunning)
            {
                isRunning = true;
                running = RunAsync();
            }

            return true;
        }
    }

    private async Task RunAsync()
    {
        // Others that are about to come join the first.
        await Task.Yield();
        while (true)
        {
            Group group;
            lock (gate)
            {
                if (next is null)
                {
                    isRunning = false;
                    return;
                }

                group = next;
                next = null;
            }

            try
            {
                await commit(group.Items);
                group.Done.SetResult();
            }
#pragma warning disable CA1031 // Those who wait are told.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                group.Done.SetException(fault);

                // Where nobody waited.
                _ = group.Done.Task.Exception;
            }
        }
    }

    private sealed class Group
    {
        public List<T> Items { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
