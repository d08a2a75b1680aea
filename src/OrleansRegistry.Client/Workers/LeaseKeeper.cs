using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Client;

/// <summary>
/// Keeps the lease of a claimed task, and finds out when the task is no longer this worker's: by its events at once, else by the next renewal, and where
/// the registry is away, once the lease must be over.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "Used as long as anybody has a token or a turn of it; without a wait handle there is nothing to dispose.")]
internal sealed partial class LeaseKeeper(ITaskRegistry tasks, TaskRecord task, AgentWorkerOptions options, ILogger log)
{
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly string token = task.Lease!.Token;
    private string reason = "";
    private int isLost;
    private int isGivenUp;

    /// <summary>Cancelled when the task is no longer this worker's, or the worker gives up.</summary>
    public CancellationToken Ended => ended.Token;

    public string Token => token;

    /// <summary>Why the work was ended.</summary>
    public string Reason => Volatile.Read(ref reason);

    public bool IsLost => Volatile.Read(ref isLost) == 1;

    public bool IsGivenUp => Volatile.Read(ref isGivenUp) == 1;

    /// <summary>The turn is being ended by its own worker: what the registry says of that is no loss.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Keeps it until <see cref="StopAsync"/>, or until it is lost. Throws nothing.</summary>
    public Task KeepAsync() => Task.WhenAll(GuardAsync(RenewAsync), GuardAsync(WatchAsync));

    public Task StopAsync() => stopped.CancelAsync();

    /// <summary>Ends the work, though the task is still this worker's.</summary>
    public void GiveUp()
    {
        if (Interlocked.Exchange(ref isGivenUp, 1) == 0)
        {
            End("the worker stops");
        }
    }

    /// <summary>The task is not this worker's any more.</summary>
    public void Lose(string why)
    {
        if (IsEnding || stopped.IsCancellationRequested || Interlocked.Exchange(ref isLost, 1) == 1)
        {
            return;
        }

        End(why);
    }

    /// <summary>Asks the registry, where it has refused something that may be for another reason.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await tasks.RenewAsync(options.Caller, task.Id, token, options.Lease, cancellationToken);
        }
        catch (RegistryException fault) when (WorkerFaults.IsLoss(fault))
        {
            Lose(fault.Message);
        }
        catch (RegistryException)
        {
            return;
        }
    }

    private void End(string why)
    {
        Interlocked.CompareExchange(ref reason, why, "");

        // Whatever the work does about it must not hold up, nor fail, whoever found out.
        _ = Task.Run(ended.Cancel, CancellationToken.None);
    }

    private async Task GuardAsync(Func<CancellationToken, Task> keep)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopped.Token, ended.Token);
        try
        {
            await keep(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault)
        {
            // The other still keeps it.
            LogUnexpected(fault, LogText.Id(task.Id));
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var since = options.Time.GetTimestamp();
        for (var tries = 0; ;)
        {
            if (tries == 0)
            {
                await Task.Delay(options.Lease / 3, options.Time, cancellationToken);
            }

            var left = options.Lease - options.Time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                Lose("the registry did not answer before the lease was over");
                return;
            }

            using var patience = new CancellationTokenSource(left, options.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            var asked = options.Time.GetTimestamp();
            try
            {
                await tasks.RenewAsync(options.Caller, task.Id, token, options.Lease, either.Token);
                since = asked;
                tries = 0;
            }
            catch (RegistryException fault) when (WorkerFaults.IsLoss(fault))
            {
                Lose(fault.Message);
                return;
            }
            catch (RegistryException fault)
            {
                await WorkerFaults.PauseAsync(fault, tries++, options.Time, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                tries++;
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var last = task.Generation;
        for (var tries = 0; ; tries++)
        {
            try
            {
                await foreach (var happened in tasks.WatchAsync(options.Caller, task.Id, last, token, cancellationToken))
                {
                    last = happened.Generation;
                    tries = 0;
                    if (happened.Deleted)
                    {
                        Lose("the task was deleted");
                        return;
                    }

                    if ((happened.Snapshot?.Status ?? happened.Status) is { } status && status.State != TaskState.Working)
                    {
                        Lose($"the task is {status.State.ToV03()} now");
                        return;
                    }
                }

                // The event that ended the lease was the last.
                await CheckAsync(cancellationToken);
                if (IsLost || IsEnding)
                {
                    return;
                }
            }
            catch (RegistryException fault) when (WorkerFaults.IsLoss(fault))
            {
                await CheckAsync(cancellationToken);
                if (IsLost || IsEnding)
                {
                    return;
                }
            }
            catch (RegistryException)
            {
                // Renewals tell, if later.
            }

            await WorkerFaults.PauseAsync(null, tries, options.Time, cancellationToken);
        }
    }

    [LoggerMessage(21, LogLevel.Warning, "Keeping the lease of task '{Task}' failed unexpectedly.")]
    private partial void LogUnexpected(Exception fault, string task);
}
