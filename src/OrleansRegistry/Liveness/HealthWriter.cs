namespace OrleansRegistry.Liveness;

/// <summary>Writes what became of leases: a health, or the end of an ephemeral agent or instance.</summary>
internal sealed class HealthWriter(
    GrainReferences<IAgentGrain> grains, AgentDirectory directory, AgentRevisions revisions, IRecordStore store)
{
    /// <summary>Writes verdicts, unless the lease is another one by now.</summary>
    /// <param name="verdicts">One of an agent, or several of its instances, none twice.</param>
    /// <param name="isAwaited">Whether this node's directory is to have it when this returns.</param>
    /// <returns>Those that were void.</returns>
    public async Task<IReadOnlyList<LeaseVerdict>> WriteAsync(
        IReadOnlyList<LeaseVerdict> verdicts, bool isAwaited, CancellationToken cancellationToken)
    {
        var (tenant, id, instance) = verdicts[0].Of.Key;
        var history = store.History;
        var judged = await JudgeAsync(grains.Get(tenant, id), verdicts);
        if (judged.Agent is { } agent)
        {
            directory.TakeIn(agent, card: null, history);
        }
        else if (judged.Removed is { } removed)
        {
            directory.TakeOut(tenant, id, removed, history);
        }

        foreach (var verdict in verdicts.Except(judged.Void))
        {
            var isThere = instance is null ? judged.Agent is not null : judged.Agent!.Instances.Find(verdict.Of.Key.Instance!) is not null;
            LivenessTelemetry.Changed(isThere ? verdict.Health.ToName() : "removed");
        }

        if (isAwaited && (judged.Agent?.Revision ?? judged.Removed) is { } revision)
        {
            await revisions.SeeOwnAsync(revision, history, cancellationToken);
        }

        return judged.Void;
    }

    private static async Task<Outcome> JudgeAsync(IAgentGrain agent, IReadOnlyList<LeaseVerdict> verdicts)
    {
        if (verdicts[0] is { Of.Key.Instance: null } own)
        {
            var judged = await GrainCalls.RunAsync(agent, grain => grain.Judge(own.Of.Lease.Since, own.Health));
            return new Outcome(judged.Agent, judged.Removed, judged is { Agent: null, Removed: null } ? verdicts : []);
        }

        InstanceVerdict[] all =
            [.. verdicts.Select(verdict => new InstanceVerdict(verdict.Of.Key.Instance!, verdict.Of.Lease.Since, verdict.Health))];
        var instances = await GrainCalls.RunAsync(agent, grain => grain.JudgeInstances(all));
        return new Outcome(
            instances.Agent,
            Removed: null,
            [.. verdicts.Where(verdict => instances.Void.Contains(verdict.Of.Key.Instance!, StringComparer.Ordinal))]);
    }

    /// <param name="Agent">As it was written, or already was.</param>
    /// <param name="Removed">The revision of its removal.</param>
    private sealed record Outcome(AgentRecord? Agent, long? Removed, IReadOnlyList<LeaseVerdict> Void);
}
