namespace OrleansRegistry.Directory;

/// <summary>For those on this node who follow all its agents.</summary>
public sealed partial class AgentDirectory
{
    /// <summary>The agents of all tenants.</summary>
    internal IEnumerable<AgentRecord> All =>
        held.Tenants.Values.SelectMany(tenant => tenant.All.After(null)).Select(slot => slot.Entry?.Record).OfType<AgentRecord>();

    /// <summary>Up to where the changes of agents are taken in.</summary>
    internal RegistryPosition Position => gate.Position;

    /// <summary>Waits for changes after a position, and takes them.</summary>
    /// <returns>Up to where; null where some of them are not known any more.</returns>
    internal async Task<RegistryPosition?> FollowAsync(
        RegistryPosition after, List<LoggedChange> into, TimeProvider time, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(after with { Revision = after.Revision + 1 }, Timeout.InfiniteTimeSpan, time, cancellationToken);
        return log.ReadAfter(after, into);
    }
}
