namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentLiveness"/> for callers.</summary>
internal sealed class GuardedLiveness(AgentLiveness liveness, Operations operations) : IAgentLiveness
{
    public Task<AgentBeat> HeartbeatAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default)
    {
        operations.Admit(AgentOperations.Beat, caller);
        caller.DemandAgent(holder.AgentId);
        return liveness.HeartbeatAsync(caller, holder, cancellationToken);
    }

    public Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<LeaseHolder> holders, CancellationToken cancellationToken = default)
    {
        operations.Admit(AgentOperations.Beat, caller);
        if (caller.Agents is not null)
        {
            foreach (var holder in holders)
            {
                caller.DemandAgent(holder.AgentId);
            }
        }

        return liveness.HeartbeatManyAsync(caller, holders, cancellationToken);
    }

    public Task<LeaseStatus?> GetLeaseAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default)
    {
        operations.Admit(AgentOperations.Read, caller);
        return liveness.GetLeaseAsync(caller, holder, cancellationToken);
    }
}
