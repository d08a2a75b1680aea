using Orleans.Concurrency;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>Hands an agent's submitted tasks to its workers, each task to one; its key is the agent's. Keeps nothing.</summary>
[Alias("registry.IAgentWorkGrain")]
public interface IAgentWorkGrain : IGrainWithStringKey
{
    /// <summary>A task for a worker, oldest first; null where none came within <paramref name="wait"/>.</summary>
    /// <param name="owner">Whose tasks; null: everybody's.</param>
    [Alias("Claim")]
    Task<TaskHead?> Claim(string worker, TimeSpan lease, TimeSpan wait, string? owner);

    /// <summary>A task of the agent has been submitted. May get lost: workers that wait look again by themselves.</summary>
    [Alias("Submitted"), OneWay, AlwaysInterleave]
    Task Submitted(string taskId);
}

[GrainType("registry.agent-work"), Reentrant]
internal sealed class AgentWorkGrain(GrainReferences<ITaskGrain> tasks, ITaskIndex index, GrainWaits waits, [RegistryTime] TimeProvider time)
    : CallingGrain, IAgentWorkGrain
{
    // By owner; "" for everybody's tasks, as no subject is empty.
    private readonly Dictionary<string, AgentWork> pools = new(StringComparer.Ordinal);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private string tenant = "";
    private string agent = "";

    protected override Task Activate()
    {
        (tenant, agent) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<TaskHead?> Claim(string worker, TimeSpan lease, TimeSpan wait, string? owner)
    {
        var name = owner ?? "";
        if (!pools.TryGetValue(name, out var pool))
        {
            pools.Add(name, pool = new AgentWork(tenant, agent, owner, taken, tasks, index, waits, time));
        }

        try
        {
            return await pool.Claim(worker, lease, wait);
        }
        finally
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
