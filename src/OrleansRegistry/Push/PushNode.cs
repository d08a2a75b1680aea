using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Push;

/// <summary>
/// What the dispatchers of one process have in common: before the silo begins to stop, they send no more, and tell their tasks how far they are.
/// </summary>
internal sealed class PushNode(PushOptions options, [RegistryTime] TimeProvider time) : IHostedLifecycleService, IDisposable
{
    /// <summary>Beyond the time that a receiver may take: for what a dispatcher tells its task.</summary>
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int busy;

    /// <summary>No notification is begun after this.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>How many dispatchers have something to do.</summary>
    public int Busy => Volatile.Read(ref busy);

    /// <summary>A dispatcher begins to work.</summary>
    public void Begin() => Interlocked.Increment(ref busy);

    /// <summary>It has nothing more to do, or has stopped.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref busy) == 0 && stopping.IsCancellationRequested)
        {
            idle.TrySetResult();
        }
    }

    /// <summary>Runs before the silo stops, while tasks can still be told.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        if (Busy > 0)
        {
            await idle.Task.WaitAsync(options.Timeout + Telling, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stopping.Dispose();
}
