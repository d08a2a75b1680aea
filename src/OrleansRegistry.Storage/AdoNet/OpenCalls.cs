namespace OrleansRegistry.Storage.AdoNet;

/// <summary>Counts the calls that run or wait, bounds them, and lets the owner wait for the last one.</summary>
internal sealed class OpenCalls(int most, Func<Exception> stopping, Func<Exception> busy)
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private bool completed;

    /// <exception cref="RegistryException">There are too many, or no more are taken.</exception>
    public void Enter()
    {
        lock (gate)
        {
            if (completed || count >= most)
            {
                throw completed ? stopping() : busy();
            }

            count++;
        }
    }

    public void Leave()
    {
        bool isLast;
        lock (gate)
        {
            isLast = --count == 0 && completed;
        }

        if (isLast)
        {
            last.TrySetResult();
        }
    }

    /// <summary>Takes no more calls, and completes when the last one has left.</summary>
    public Task CompleteAsync()
    {
        bool isIdle;
        lock (gate)
        {
            completed = true;
            isIdle = count == 0;
        }

        if (isIdle)
        {
            last.TrySetResult();
        }

        return last.Task;
    }
}
