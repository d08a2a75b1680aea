namespace OrleansRegistry.Directory;

/// <summary>
/// Tells all who watch that there may be something new: at once where they are few, and where they are many a little later, so that what happens in between is
/// read in one go. Ten thousand who were woken by each of a thousand changes a second would do nothing else.
/// </summary>
internal sealed class WatchPulse
{
    /// <summary>So many are told at once.</summary>
    private const int Few = 100;

    /// <summary>Each so many more, a millisecond later.</summary>
    private const int PerMillisecond = 100;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int watchers;
    private int isDue;

    /// <summary>Somebody begins to watch.</summary>
    public void Join() => Interlocked.Increment(ref watchers);

    /// <summary>Somebody watches no more.</summary>
    public void Leave() => Interlocked.Decrement(ref watchers);

    /// <summary>The next beat. What has happened before it is taken is not in it: look after taking it.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>Something has happened.</summary>
    public void Beat()
    {
        var count = Volatile.Read(ref watchers);
        if (count == 0 || Interlocked.Exchange(ref isDue, 1) == 1)
        {
            return;
        }

        if (count <= Few)
        {
            Fire();
            return;
        }

        var pause = TimeSpan.FromMilliseconds(count / PerMillisecond);
        _ = FireAsync(pause < Longest ? pause : Longest);
    }

    private async Task FireAsync(TimeSpan pause)
    {
        await Task.Delay(pause);
        Fire();
    }

    private void Fire()
    {
        // First, so that whatever happens from here on beats again.
        Volatile.Write(ref isDue, 0);
        Interlocked.Exchange(ref next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
