namespace OrleansRegistry.Trust.Audit;

/// <summary>Has what comes while a commit is under way committed together by the next. Every caller waits for the commit of what it gave.</summary>
/// <param name="commit">Never called twice at a time.</param>
internal sealed class GroupCommit<T>(Func<IReadOnlyList<T>, Task> commit)
{
    private readonly Lock gate = new();
    private Group? next;
    private bool isRunning;

    /// <summary>Whether nothing waits and no commit is under way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
            {
                return !isRunning;
            }
        }
    }

    /// <returns>Ends once it is committed, or with what the commit threw.</returns>
    public Task AddAsync(T item)
    {
        Task done;
        lock (gate)
        {
            next ??= new Group();
            next.Items.Add(item);
            done = next.Done.Task;
            if (isRunning)
            {
                return done;
            }

            isRunning = true;
        }

        _ = RunAsync();
        return done;
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
