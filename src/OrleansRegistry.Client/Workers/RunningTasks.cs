using System.Collections.Concurrent;

namespace OrleansRegistry.Client;

/// <summary>The tasks that a worker works on, up to so many.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "Used as long as anybody has a token or a turn of it; without a wait handle there is nothing to dispose.")]
internal sealed class RunningTasks(int most)
{
    /// <summary>How long work that was told to end may take to do so.</summary>
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim places = new(most);
    private readonly ConcurrentDictionary<TaskRun, Task> running = new();

    public int Count => running.Count;

    /// <summary>Completes once another task can be taken.</summary>
    public async Task WaitForPlaceAsync(CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);

        // Taken only by a start: whoever waits is alone.
        places.Release();
    }

    /// <summary>Takes a place until <paramref name="work"/> is done.</summary>
    public void Start(TaskRun run, Task work)
    {
        places.Wait(TimeSpan.Zero);
        running[run] = work;
        _ = EndAsync(run, work);
    }

    /// <summary>Waits so long for what runs, and gives back the rest.</summary>
    public async Task EndAsync(TimeSpan patience, TimeProvider time)
    {
        await WaitAsync(patience, time);
        foreach (var (run, _) in running)
        {
            run.GiveUp();
        }

        await WaitAsync(LastMoment, time);
        await Task.WhenAll(running.Keys.Select(run => run.AbandonAsync()));
    }

    private async Task EndAsync(TaskRun run, Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        running.TryRemove(run, out _);
        places.Release();
    }

    private Task WaitAsync(TimeSpan longest, TimeProvider time) =>
        Task.WhenAll(running.Values).WaitAsync(longest, time).ContinueWith(_ => { }, TaskScheduler.Default);
}
