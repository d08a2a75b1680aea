using Orleans.Concurrency;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>Hands an agent's submitted tasks to its workers, each task to one; its key is the agent's. Keeps nothing.</summary>
[Alias("registry.IAgentWorkGrain")]
public interface IAgentWorkGrain : IGrainWithStringKey
{
    /// <summary>A task for a worker, oldest first; null where none came within <paramref name="wait"/>.</summary>
    [Alias("Claim")]
    Task<TaskHead?> Claim(string worker, TimeSpan lease, TimeSpan wait);

    /// <summary>A task of the agent has been submitted. May get lost: workers that wait look again by themselves.</summary>
    [Alias("Submitted"), OneWay, AlwaysInterleave]
    Task Submitted(string taskId);
}

[GrainType("registry.agent-work"), Reentrant]
internal sealed class AgentWorkGrain(GrainReferences<ITaskGrain> tasks, ITaskIndex index, GrainWaits waits, [RegistryTime] TimeProvider time)
    : CallingGrain, IAgentWorkGrain
{
    private const int CandidatesAtOnce = 100;

    private readonly Queue<string> candidates = new();
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly Queue<TaskCompletionSource> idle = new();
    private Task<bool>? looking;
    private long submitted;
    private string tenant = "";
    private string agent = "";

    protected override Task Activate()
    {
        (tenant, agent) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<TaskHead?> Claim(string worker, TimeSpan lease, TimeSpan wait)
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
            if (left <= TimeSpan.Zero || waits.Stopping.IsCancellationRequested)
            {
                return null;
            }

            if (heard == submitted)
            {
                await WaitForNews(left);
            }
        }
    }

    public Task Submitted(string taskId)
    {
        // With nobody waiting, whoever comes next looks in the store, and whoever is looking now looks again.
        submitted++;
        if (idle.TryDequeue(out var waiter))
        {
            candidates.Enqueue(taskId);
            waiter.TrySetResult();
        }

        return Task.CompletedTask;
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
        var look = looking ??= LookNow();
        try
        {
            return await look;
        }
        finally
        {
            looking = ReferenceEquals(looking, look) ? null : looking;
        }
    }

    private async Task<bool> LookNow()
    {
        foreach (var id in await index.ExpiredLeases(tenant, agent, CandidatesAtOnce))
        {
            await tasks.Get(tenant, id).ExpireLease();
        }

        var found = false;
        foreach (var id in await index.SubmittedTo(tenant, agent, CandidatesAtOnce))
        {
            if (!taken.Contains(id) && !candidates.Contains(id))
            {
                candidates.Enqueue(id);
                found = true;
            }
        }

        return found;
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
