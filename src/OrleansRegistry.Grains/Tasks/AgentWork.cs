using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>The submitted tasks of one agent, of one owner or of all, and the workers who wait for them. Lives in an <see cref="AgentWorkGrain"/>, in its turns.</summary>
/// <param name="owner">Whose tasks; null: everybody's.</param>
/// <param name="taken">The tasks of the agent that are being claimed now, in any of its pools.</param>
internal sealed class AgentWork(
    string tenant, string agent, string? owner, HashSet<string> taken, GrainReferences<ITaskGrain> tasks, ITaskIndex index, GrainWaits waits, TimeProvider time)
{
    private const int CandidatesAtOnce = 100;
    private const int MostCandidates = 1_000;

    private readonly Queue<string> candidates = new();
    private readonly Queue<TaskCompletionSource> idle = new();

    /// <summary>Tasks whose records cannot be read. They are tried again once no worker has been here.</summary>
    private readonly HashSet<string> spoilt = new(StringComparer.Ordinal);
    private Task<bool>? looking;
    private long submitted;
    private long heardBefore;
    private int workers;

    /// <summary>Whether no worker is here, so that nothing is lost with it: candidates are found again in the store.</summary>
    public bool IsUnused => workers == 0;

    /// <summary>As <see cref="IAgentWorkGrain.Claim"/>; null for none.</summary>
    public async Task<TaskHead?> Claim(string worker, TimeSpan lease, TimeSpan wait)
    {
        workers++;
        try
        {
            return await ClaimInTime(worker, lease, wait);
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
        if (idle.TryDequeue(out var waiter))
        {
            // Of another owner, it may be none of this pool's: only a look at the store tells.
            if (owner is null)
            {
                candidates.Enqueue(taskId);
            }

            waiter.TrySetResult();
        }
    }

    private async Task<TaskHead?> ClaimInTime(string worker, TimeSpan lease, TimeSpan wait)
    {
        var began = time.GetTimestamp();
        wait = wait < GrainWaits.Longest ? wait : GrainWaits.Longest;
        while (true)
        {
            var heard = submitted;
            if (await TryClaim(worker, lease) is { } claimed)
            {
                return claimed;
            }

            var left = wait - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || waits.IsStopping)
            {
                return null;
            }

            if (heard == submitted)
            {
                await WaitForNews(left);
            }
        }
    }

    private async Task<TaskHead?> TryClaim(string worker, TimeSpan lease)
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
                catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
                {
                    // Health and log name it, and it stays in the list: looks are to see those behind it.
                    spoilt.Add(id);
                }
                finally
                {
                    taken.Remove(id);
                }
            }
        }
        while (await Look());

        return null;
    }

    /// <summary>Looks for candidates in the store; whoever comes meanwhile waits for the same look.</summary>
    /// <returns>Whether there are any.</returns>
    private async Task<bool> Look()
    {
        while (true)
        {
            if (looking is null)
            {
                (heardBefore, looking) = (submitted, LookNow());
            }

            var (look, heard) = (looking, heardBefore);
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

    private async Task<bool> LookNow()
    {
        foreach (var id in await index.ExpiredLeases(tenant, agent, CandidatesAtOnce))
        {
            await ExpireLease(id);
        }

        var found = false;
        foreach (var id in await index.SubmittedTo(tenant, agent, owner, Math.Min(CandidatesAtOnce + spoilt.Count, MostCandidates)))
        {
            if (!taken.Contains(id) && !candidates.Contains(id) && !spoilt.Contains(id))
            {
                candidates.Enqueue(id);
                found = true;
            }
        }

        return found;
    }

    private async Task ExpireLease(string id)
    {
        try
        {
            await tasks.Get(tenant, id).ExpireLease();
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            spoilt.Add(id);
        }
    }

    private async Task WaitForNews(TimeSpan most)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        idle.Enqueue(waiter);
        await waiter.Task.WaitAsync(most, time, waits.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        // Out of the queue also where nothing came: a later task must wake somebody who is there.
        for (var i = idle.Count; i > 0; i--)
        {
            var next = idle.Dequeue();
            if (next != waiter)
            {
                idle.Enqueue(next);
            }
        }
    }
}
