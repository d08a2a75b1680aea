using OrleansRegistry.Forwarding.Wire;
using OrleansRegistry.Instances;

namespace OrleansRegistry.Forwarding.Agents;

/// <summary>Where a turn of a task goes.</summary>
/// <param name="Instance">Null for the URL of the agent's card.</param>
internal sealed record InstanceRoute(AgentInstance? Instance)
{
    /// <summary>The name of the instance that had the task, where it is gone; null elsewhere.</summary>
    public string? Lost { get; init; }

    /// <param name="remote">What is known of the task at the agent.</param>
    /// <param name="contextId">All tasks of it go to the same instance.</param>
    /// <exception cref="RemoteFault">No instance has a weight.</exception>
    public static InstanceRoute Of(AgentRecord agent, RemoteTask? remote, string contextId)
    {
        if (remote is { TaskId: not null, Instance: null })
        {
            // Instances that came since know nothing of it.
            return new InstanceRoute(Instance: null);
        }

        var instances = Meant(agent);
        var known = remote?.Instance is { } name ? instances.Find(name) : null;
        if (known is { Health: not AgentHealth.Expired })
        {
            return new InstanceRoute(known);
        }

        var lost = remote is { TaskId: not null } ? remote.Instance : null;
        if (instances.Count == 0)
        {
            return new InstanceRoute(Instance: null) { Lost = lost };
        }

        // One that has expired still knows its own tasks better than another that has expired.
        var other = Choose(instances, contextId);
        return other is null or { Health: AgentHealth.Expired } && known is not null
            ? new InstanceRoute(known)
            : new InstanceRoute(other ?? throw new RemoteFault("All of the agent's instances have the weight 0.")) { Lost = lost };
    }

    /// <summary>An instance that was not tried; null where there is none.</summary>
    public static AgentInstance? Other(AgentRecord agent, string contextId, IReadOnlySet<string> tried) =>
        Choose([.. Meant(agent).Where(instance => !tried.Contains(instance.Name))], contextId);

    /// <summary>Where messages go is the owner's to say, also where workers registered instances before they were forwarded.</summary>
    private static IReadOnlyList<AgentInstance> Meant(AgentRecord agent) =>
        [.. agent.Instances.Where(instance => agent.Owner is null || instance.RegisteredBy is null || instance.RegisteredBy == agent.Owner)];

    private static AgentInstance? Choose(IReadOnlyList<AgentInstance> instances, string contextId) =>
        InstanceChooser.Choose(instances, new InstanceChoice { Key = contextId, AnyHealth = true });
}
