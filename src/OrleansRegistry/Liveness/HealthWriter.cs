namespace OrleansRegistry.Liveness;

/// <summary>Writes what became of leases: a health, or the end of an ephemeral agent.</summary>
internal sealed class HealthWriter(
    GrainReferences<IAgentGrain> grains, AgentDirectory directory, AgentRevisions revisions, IRecordStore store)
{
    /// <summary>Writes a verdict, unless the lease is another one by now.</summary>
    /// <param name="isAwaited">Whether this node's directory is to have it when this returns.</param>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> WriteAsync(LeaseVerdict verdict, bool isAwaited, CancellationToken cancellationToken)
    {
        var (tenant, id) = verdict.Of.Key;
        var history = store.History;
        var judged = await GrainCalls.RunAsync(grains.Get(tenant, id), grain => grain.Judge(verdict.Of.Lease.Since, verdict.Health));
        if (judged.Agent is null && judged.Removed is null)
        {
            return false;
        }

        if (judged.Agent is { } agent)
        {
            directory.TakeIn(agent, card: null, history);
        }
        else
        {
            directory.TakeOut(tenant, id, judged.Removed!.Value, history);
        }

        LivenessTelemetry.Changed(judged.Agent is null ? "removed" : verdict.Health.ToName());
        if (isAwaited)
        {
            await revisions.SeeOwnAsync(judged.Agent?.Revision ?? judged.Removed!.Value, history, cancellationToken);
        }

        return true;
    }
}
