using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace OrleansRegistry.Tasks;

/// <summary>Hands an agent's submitted tasks to its workers, each task to one; its key is the agent's. Keeps nothing.</summary>
[Alias("registry.IAgentWorkGrain")]
internal interface IAgentWorkGrain : IGrainWithStringKey
{
    /// <summary>A task for a worker, oldest first; none where none came within <paramref name="wait"/>.</summary>
    /// <param name="owner">Whose tasks; null: everybody's.</param>
    [Alias("Claim")]
    Task<Claimed> Claim(string worker, TimeSpan lease, TimeSpan wait, string? owner);

    /// <summary>
    /// The same for a caller with an idempotency key: asked again, it gets the task that it got, while its lease lasts. Remembered in memory.
    /// </summary>
    [Alias("ClaimOnce")]
    Task<Claimed> ClaimOnce(Caller caller, string worker, TimeSpan lease, TimeSpan wait, string? owner);

    /// <summary>A task of the agent has been submitted. May get lost: workers that wait look again by themselves.</summary>
    [Alias("Submitted"), OneWay, AlwaysInterleave]
    Task Submitted(string taskId);
}

/// <param name="Task">The task as it was claimed; null for none.</param>
/// <param name="Stopping">There was none, and none was waited for: the grain's process is about to end. Whoever calls again pauses first.</param>
[GenerateSerializer, Immutable, Alias("registry.Claimed")]
internal readonly record struct Claimed([property: Id(0)] TaskHead? Task, [property: Id(1)] bool Stopping = false);

[GrainType("registry.agent-work"), Reentrant]
internal sealed class AgentWorkGrain(
    GrainReferences<ITaskGrain> tasks, TaskLists lists, GrainWaits waits, [RegistryTime] TimeProvider time, ILogger<AgentWorkGrain> log) :
        CallingGrain,
        IAgentWorkGrain
{
    /// <summary>How many claims with keys are remembered.</summary>
    private const int MaxClaims = 256;

    // By owner; "" for everybody's tasks, as no subject is empty.
    private readonly Dictionary<string, AgentWork> pools = new(StringComparer.Ordinal);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RequestMark Mark, string TaskId, string Token)> claims = new(StringComparer.Ordinal);
    private readonly Queue<string> claimKeys = new();
    private long dropped;
    private string tenant = "";
    private string agent = "";

    protected override Task ActivateAsync()
    {
        (tenant, agent) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<Claimed> Claim(string worker, TimeSpan lease, TimeSpan wait, string? owner)
    {
        DropUnused();
        var name = owner ?? "";
        if (!pools.TryGetValue(name, out var pool))
        {
            pools.Add(name, pool = new AgentWork(tenant, agent, owner, taken, tasks, lists, waits, time, log));
        }

        var claimed = await pool.ClaimAsync(worker, lease, wait);
        return new(claimed, claimed is null && waits.IsStopping);
    }

    public async Task<Claimed> ClaimOnce(Caller caller, string worker, TimeSpan lease, TimeSpan wait, string? owner)
    {
        var mark = RequestMarks.Of(
            caller,
            () => new RequestFingerprint("claim").Add("worker", worker).Add("leaseSeconds", (long)lease.TotalSeconds),
            time.GetUtcNow())!;
        if (claims.TryGetValue(mark.Key, out var known))
        {
            RequestMarks.Check(known.Mark, mark.Print);
            if (await tasks.Get(tenant, known.TaskId).Get(caller, known.Token) is { Lease: { } held } head && held.Token == known.Token)
            {
                return new(head);
            }
        }

        var claimed = await Claim(worker, lease, wait, owner);
        if (claimed.Task is { } task)
        {
            claims[mark.Key] = (mark, task.Id, task.Lease!.Token);
            claimKeys.Enqueue(mark.Key);
            while (claimKeys.Count > MaxClaims)
            {
                claims.Remove(claimKeys.Dequeue());
            }
        }

        return claimed;
    }

    /// <summary>Forgets owners whose workers are gone, from time to time: a worker who waits comes back every two seconds.</summary>
    private void DropUnused()
    {
        if (pools.Count == 0 || time.GetElapsedTime(dropped) < AgentWork.Rest)
        {
            return;
        }

        dropped = time.GetTimestamp();
        foreach (var (name, pool) in pools)
        {
            if (pool.IsUnused)
            {
                pools.Remove(name);
            }
        }
    }

    public Task Submitted(string taskId)
    {
        foreach (var pool in pools.Values)
        {
            pool.Submitted(taskId);
        }

        return Task.CompletedTask;
    }
}
