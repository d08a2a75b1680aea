namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentProbes"/> for callers.</summary>
internal sealed class GuardedProbes(AgentProbes probes, Operations operations, AgentOwnership ownership) : IAgentProbes
{
    public Task<AgentProbeStatus> ProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.Probe, caller, id, () => probes.ProbeAsync(ownership.Acting(caller, id), id, cancellationToken));

    public Task<AgentProbeStatus> GetProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.Read, caller, id, () => probes.GetProbeAsync(caller, id, cancellationToken));
}
