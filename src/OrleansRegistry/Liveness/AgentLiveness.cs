using Orleans.Runtime;

namespace OrleansRegistry.Liveness;

/// <summary>Takes beats: checks who beats by this node's directory, and passes them on to the grains that count.</summary>
internal sealed class AgentLiveness : IAgentLiveness
{
    private readonly AgentDirectory directory;
    private readonly IRecordStore store;
    private readonly HealthWriter writer;
    private readonly TimeProvider time;
    private readonly IGrainFactory grains;
    private readonly ILeaseGrain?[] known = new ILeaseGrain?[LeaseShare.Count];

    public AgentLiveness(
        AgentDirectory directory, IRecordStore store, HealthWriter writer, IGrainFactory grains, [RegistryTime] TimeProvider time)
    {
        (this.directory, this.store, this.writer, this.time, this.grains) = (directory, store, writer, time, grains);
    }

    /// <summary>Not before it is asked for: a process without grains of its own may not know yet that there are such.</summary>
    private ILeaseGrain GrainOf(int share) => known[share] ??= grains.GetGrain<ILeaseGrain>(LeaseShare.KeyOf(share));

    public Task<AgentBeat> HeartbeatAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.heartbeat", caller, id, async _ =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            var told = TryCheck(caller, id, Find(caller, id)) ?? await CheckStoredAsync(caller, id, cancellationToken);
            LivenessTelemetry.Beat(1);
            var beaten = await GrainCalls.ReadAsync(GrainOf(LeaseShare.Of(told.Key)), grain => grain.Beat([told]));
            return await AnswerAsync(told, beaten[0], cancellationToken);
        });

    public Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.heartbeat_many", caller, null, async span =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            span?.SetTag("registry.count", ids.Count);
            if (ids.Count > IAgentLiveness.MostAtOnce)
            {
                throw new RegistryException(
                    RegistryError.TooLarge,
                    $"agent_ids: has more than {IAgentLiveness.MostAtOnce:N0} entries; send them in several calls",
                    "agent_ids");
            }

            var results = new AgentBeatResult[ids.Count];
            var shares = new List<(int Index, LeaseTold Told)>?[LeaseShare.Count];
            var unknown = new List<Task>();
            for (var i = 0; i < results.Length; i++)
            {
                var (index, id) = (i, ids[i]);
                try
                {
                    if (TryCheck(caller, id, Find(caller, id)) is { } told)
                    {
                        (shares[LeaseShare.Of(told.Key)] ??= []).Add((i, told));
                    }
                    else
                    {
                        unknown.Add(BeatUnknownAsync(index, id));
                    }
                }
                catch (RegistryException refused)
                {
                    results[i] = new AgentBeatResult(null, refused);
                }
            }

            await Task.WhenAll([.. unknown, .. shares.Select((some, share) => some is null ? Task.CompletedTask : BeatAsync(share, some))]);
            LivenessTelemetry.Beat(results.Count(result => result.Beat is not null));
            return (IReadOnlyList<AgentBeatResult>)results;

            async Task BeatUnknownAsync(int index, string id)
            {
                try
                {
                    var told = await CheckStoredAsync(caller, id, cancellationToken);
                    await BeatAsync(LeaseShare.Of(told.Key), [(index, told)]);
                }
                catch (RegistryException refused)
                {
                    results[index] = new AgentBeatResult(null, refused);
                }
            }

            async Task BeatAsync(int share, List<(int Index, LeaseTold Told)> some)
            {
                LeaseBeaten[] beaten;
                try
                {
                    LeaseTold[] all = [.. some.Select(one => one.Told)];
                    beaten = await GrainCalls.ReadAsync(GrainOf(share), grain => grain.Beat(all));
                }
                catch (RegistryException fault)
                {
                    some.ForEach(one => results[one.Index] = new AgentBeatResult(null, fault));
                    return;
                }

                for (var i = 0; i < beaten.Length; i++)
                {
                    results[some[i].Index] = await ResultAsync(some[i].Told, beaten[i], cancellationToken);
                }
            }
        });

    public Task<LeaseStatus?> GetLeaseAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.lease", caller, id, async _ =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            var agent = Find(caller, id) ?? await ReadAsync(caller, id, cancellationToken) ?? throw NotFound();
            if (agent.Lease is not { } lease)
            {
                return null;
            }

            var key = new LeaseKey(caller.Tenant, id);
            var seen = await GrainCalls.ReadAsync(GrainOf(LeaseShare.Of(key)), grain => grain.Look(key));
            var now = time.GetUtcNow();
            return new LeaseStatus(
                lease, seen.SinceBeat is { } ago ? (now - ago).ToMilliseconds() : null, seen.Left is { } left ? (now + left).ToMilliseconds() : null);
        });

    private AgentRecord? Find(Caller caller, string id)
    {
        Identifiers.CheckId(id);
        return directory.Find(caller.Tenant, id);
    }

    /// <summary>What is to be told of a beat; null where this node's directory may be behind.</summary>
    /// <exception cref="RegistryException">The beat is refused.</exception>
    private LeaseTold? TryCheck(Caller caller, string id, AgentRecord? agent)
    {
        if (agent is { Lease: { } lease } && Access.MayBeat(caller.Subject, agent))
        {
            return new LeaseTold(new LeaseKey(caller.Tenant, id), lease, directory.History, agent.Revision);
        }

        return store.IsShared ? null : throw Refusal(caller, id, agent);
    }

    private async Task<LeaseTold> CheckStoredAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var history = store.History;
        var agent = await ReadAsync(caller, id, cancellationToken);
        return agent is { Lease: { } lease } && Access.MayBeat(caller.Subject, agent)
            ? new LeaseTold(new LeaseKey(caller.Tenant, id), lease, history, agent.Revision)
            : throw Refusal(caller, id, agent);
    }

    private async Task<AgentRecord?> ReadAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        store.IsShared && await store.ReadAsync(AgentKind.Kind, new RecordKey(caller.Tenant, id), cancellationToken) is { } stored
            ? AgentKind.Read(stored)
            : null;

    private RegistryException Refusal(Caller caller, string id, AgentRecord? agent)
    {
        if (agent is null)
        {
            directory.ThrowIfUnreadable(caller.Tenant, id);
            return NotFound();
        }

        return !Access.MayBeat(caller.Subject, agent)
            ? new RegistryException(
                RegistryError.Forbidden,
                $"'{caller.Subject}' is neither the owner of agent '{id}' nor one of its workers, who alone beat for it.",
                "agent_id")
            : RegistryException.Invalid("ttl", $"agent '{id}' has no lease: give it a ttl when it is registered, or by a patch");
    }

    private async Task<AgentBeatResult> ResultAsync(LeaseTold told, LeaseBeaten beaten, CancellationToken cancellationToken)
    {
        try
        {
            return new AgentBeatResult(await AnswerAsync(told, beaten, cancellationToken), null);
        }
        catch (RegistryException refused)
        {
            return new AgentBeatResult(null, refused);
        }
    }

    /// <summary>Writes that the agent is healthy again, where it was not.</summary>
    private async ValueTask<AgentBeat> AnswerAsync(LeaseTold told, LeaseBeaten beaten, CancellationToken cancellationToken)
    {
        if (beaten.IsOver)
        {
            throw new RegistryException(
                RegistryError.NotFound, $"Agent '{told.Key.AgentId}' was ephemeral, and its lease is over: register it again.", "agent_id");
        }

        if (beaten.Lease.Health != AgentHealth.Healthy)
        {
            // Where the lease is another one by now, whoever set it knew better.
            await writer.WriteAsync(new LeaseVerdict(told with { Lease = beaten.Lease }, AgentHealth.Healthy), isAwaited: true, cancellationToken);
        }

        return new AgentBeat(
            told.Key.AgentId, AgentHealth.Healthy, beaten.Lease.Ttl, (time.GetUtcNow() + beaten.Lease.Ttl).ToMilliseconds());
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
