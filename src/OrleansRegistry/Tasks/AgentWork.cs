using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tasks;

/// <summary>
/// The submitted tasks of one agent, of one owner or of all, and the workers who wait for them. Lives in an <see cref="AgentWorkGrain"/>, in its
/// turns.
/// </summary>
/// <param name="owner">Whose tasks; null: everybody's.</param>
/// <param name="taken">The tasks of the agent that are being claimed now, in any of its pools.</param>
internal sealed partial class AgentWork(
    string tenant,
    string agent,
    string? owner,
    HashSet<string> taken,
    GrainReferences<ITaskGrain> tasks,
    TaskLists lists,
    GrainWaits waits,
    TimeProvider time,
    ILogger log)
{
    private const int CandidatesAtOnce = 100;
    private const int MostCandidates = 1_000;

    /// <summary>
    /// How long an idle agent goes without a look at the store, in case the word of a new task was lost; and how long a task that failed is left
    /// alone.
    /// </summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    private readonly Queue<string> candidates = new();
    private readonly LinkedList<TaskCompletionSource> idle = new();
    private readonly Dictionary<string, long> failed = new(StringComparer.Ordinal);
    private (long At, long Heard)? foundNothing;
    private Task<bool>? looking;
    private long submitted;
    private long heardBefore;
    private int workers;

    /// <summary>Whether no worker was here for long, so that nothing is lost with it: candidates are found again in the store.</summary>
    public bool IsUnused => workers == 0 && (foundNothing is not { } look || time.GetElapsedTime(look.At) >= Rest);

    /// <summary>As <see cref="IAgentWorkGrain.Claim"/>; null for none.</summary>
    public async Task<TaskHead?> ClaimAsync(string worker, TimeSpan lease, TimeSpan wait)
    {
        workers++;
        try
        {
            return await ClaimInTimeAsync(worker, lease, wait);
        }
        finally
        {
            workers--;
        }
    }

    /// <summary>A task of the agent has been submitted, perhaps one of another owner.</summary>
    public void Submitted(string taskId)
    {
        // With nobody waiting, whoever comes next looks in the store, and whoever is looking now looks again.
        submitted++;
        if (idle.First is { Value: var waiter })
        {
            idle.RemoveFirst();
            // Of another owner, it may be none of this pool's: only a look at the store tells.
            if (owner is null)
            {
                candidates.Enqueue(taskId);
            }

            waiter.TrySetResult();
        }
    }

    private async Task<TaskHead?> ClaimInTimeAsync(string worker, TimeSpan lease, TimeSpan wait)
    {
        var began = time.GetTimestamp();
        wait = wait < GrainWaits.Longest ? wait : GrainWaits.Longest;
        while (true)
        {
            var heard = submitted;
            if (await TryClaimAsync(worker, lease) is { } claimed)
            {
                return claimed;
            }

            var left = time.GetTimeLeft(began, wait);
            if (left <= TimeSpan.Zero || waits.IsStopping)
            {
                return null;
            }

            if (heard == submitted)
            {
                await WaitForNewsAsync(left);
            }
        }
    }

    private async Task<TaskHead?> TryClaimAsync(string worker, TimeSpan lease)
    {
        do
        {
            while (candidates.TryDequeue(out var id))
            {
                if (!taken.Add(id))
                {
                    continue;
                }

                try
                {
                    if (await tasks.Get(tenant, id).Claim(agent, worker, lease) is { } claimed)
                    {
                        return claimed;
                    }
                }
                catch (Exception fault) when (IsOfTask(fault))
                {
                    // One task that cannot be read must not keep the workers from the others.
                    Leave(id, fault);
                }
                finally
                {
                    taken.Remove(id);
                }
            }
        }
        while (await LookAsync());

        return null;
    }

    /// <summary>Looks for candidates in the store; whoever comes meanwhile waits for the same look.</summary>
    /// <returns>Whether there are any.</returns>
    private async Task<bool> LookAsync()
    {
        while (true)
        {
            if (foundNothing is { } before && before.Heard == submitted && time.GetElapsedTime(before.At) < Rest)
            {
                return false;
            }

            if (looking is null)
            {
                heardBefore = submitted;
                looking = LookNowAsync();
            }

            var look = looking;
            var heard = heardBefore;
            try
            {
                // A look that began before the newest task was submitted may have missed it.
                if (await look || heard == submitted)
                {
                    return await look;
                }
            }
            finally
            {
                looking = ReferenceEquals(looking, look) ? null : looking;
            }
        }
    }

    private async Task<bool> LookNowAsync()
    {
        var heard = submitted;
        foundNothing = null;
        await Task.WhenAll((await lists.ExpiredLeasesAsync(tenant, agent, CandidatesAtOnce)).Where(IsFit).Select(EndLeaseAsync));
        var found = false;
        var known = candidates.ToHashSet(StringComparer.Ordinal);
        foreach (var id in await lists.SubmittedToAsync(tenant, agent, owner, Math.Min(CandidatesAtOnce + failed.Count, MostCandidates)))
        {
            if (!taken.Contains(id) && IsFit(id) && known.Add(id))
            {
                candidates.Enqueue(id);
                found = true;
            }
        }

        foundNothing = found ? null : (time.GetTimestamp(), heard);
        return found;
    }

    private async Task EndLeaseAsync(string id)
    {
        try
        {
            await tasks.Get(tenant, id).EndWhatIsDue();
        }
        catch (Exception fault)
        {
            Leave(id, fault);
        }
    }

    /// <summary>Whether the fault is this task's, rather than that of the store or of the cluster, which others have too.</summary>
    private static bool IsOfTask(Exception fault) => fault is not (OrleansException or TimeoutException
        or RegistryException { Error: RegistryError.Busy or RegistryError.Unavailable or RegistryError.StorageFull });

    private bool IsFit(string id) => !failed.TryGetValue(id, out var at) || time.GetElapsedTime(at) >= Rest;

    /// <summary>Leaves a task alone for a while.</summary>
    private void Leave(string id, Exception fault)
    {
        if (failed.Count >= MostCandidates)
        {
            failed.Clear();
        }

        failed[id] = time.GetTimestamp();
        if (fault is not RegistryException { Error: RegistryError.Unreadable })
        {
            // Log and health already report an unreadable task; here it would be reported with every look.
            LogFailed(log, fault, id, agent);
        }
    }

    private async Task WaitForNewsAsync(TimeSpan most)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var place = idle.AddLast(waiter);
        await waiter.Task.WaitAsync(most, time, waits.Stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        // Also where nothing came: a later task must wake somebody who is there.
        if (place.List is not null)
        {
            idle.Remove(place);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Task '{Id}' of agent '{Agent}' could not be handed to a worker; others are, and it is tried again.")]
    private static partial void LogFailed(ILogger log, Exception fault, string id, string agent);
}
