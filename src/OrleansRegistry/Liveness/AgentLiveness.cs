using System.Collections.Concurrent;
using Orleans.Runtime;

namespace OrleansRegistry.Liveness;

/// <summary>Takes beats: checks who beats by this node's directory, and passes them on to the grains that count.</summary>
internal sealed class AgentLiveness : IAgentLiveness
{
    /// <summary>So many agents of one call are written at once.</summary>
    private const int WritesAtOnce = 64;

    private readonly AgentDirectory directory;
    private readonly AgentSight sight;
    private readonly IRecordStore store;
    private readonly HealthWriter writer;
    private readonly TimeProvider time;
    private readonly IGrainFactory grains;
    private readonly ILeaseGrain?[] known = new ILeaseGrain?[LeaseShare.Count];

    public AgentLiveness(
        AgentDirectory directory,
        AgentSight sight,
        IRecordStore store,
        HealthWriter writer,
        IGrainFactory grains,
        [RegistryTime] TimeProvider time)
    {
        (this.directory, this.sight, this.store, this.writer, this.time, this.grains) = (directory, sight, store, writer, time, grains);
    }

    /// <summary>Not before it is asked for: a process without grains of its own may not know yet that there are such.</summary>
    private ILeaseGrain GrainOf(int share) => known[share] ??= grains.GetGrain<ILeaseGrain>(LeaseShare.KeyOf(share));

    public Task<AgentBeat> HeartbeatAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.heartbeat", caller, holder.AgentId, async _ =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            var told = TryCheck(caller, holder, Find(caller, holder)) ?? await CheckStoredAsync(caller, holder, cancellationToken);
            LivenessTelemetry.Beat(1);
            var beaten = (await GrainCalls.ReadAsync(GrainOf(LeaseShare.Of(told.Key)), grain => grain.Beat([told])))[0];
            var beat = Answer(told, beaten);
            if (beaten.Lease.Health != AgentHealth.Healthy)
            {
                await writer.WriteAsync([Recovered(told, beaten)], isAwaited: true, cancellationToken);
            }

            return beat;
        });

    public Task<IReadOnlyList<AgentBeatResult>> HeartbeatManyAsync(
        Caller caller, IReadOnlyList<LeaseHolder> holders, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.heartbeat_many", caller, null, async span =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            span?.SetTag("registry.count", holders.Count);
            if (holders.Count > IAgentLiveness.MostAtOnce)
            {
                throw new RegistryException(
                    RegistryError.TooLarge,
                    $"agent_ids: has more than {IAgentLiveness.MostAtOnce:N0} entries; send them in several calls",
                    "agent_ids");
            }

            var results = new AgentBeatResult[holders.Count];
            var shares = new List<(int Index, LeaseTold Told)>?[LeaseShare.Count];
            var unknown = new List<Task>();
            var recovered = new ConcurrentBag<(int Index, LeaseVerdict Verdict)>();
            for (var i = 0; i < results.Length; i++)
            {
                var (index, holder) = (i, holders[i]);
                try
                {
                    if (TryCheck(caller, holder, Find(caller, holder)) is { } told)
                    {
                        (shares[LeaseShare.Of(told.Key)] ??= []).Add((i, told));
                    }
                    else
                    {
                        unknown.Add(BeatUnknownAsync(index, holder));
                    }
                }
                catch (RegistryException refused)
                {
                    results[i] = new AgentBeatResult(null, refused);
                }
            }

            await Task.WhenAll([.. unknown, .. shares.Select((some, share) => some is null ? Task.CompletedTask : BeatAsync(share, some))]);
            await WriteAsync(recovered, results, cancellationToken);
            LivenessTelemetry.Beat(results.Count(result => result.Beat is not null));
            return (IReadOnlyList<AgentBeatResult>)results;

            async Task BeatUnknownAsync(int index, LeaseHolder holder)
            {
                try
                {
                    var told = await CheckStoredAsync(caller, holder, cancellationToken);
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
                    var (index, told) = some[i];
                    try
                    {
                        results[index] = new AgentBeatResult(Answer(told, beaten[i]), null);
                        if (beaten[i].Lease.Health != AgentHealth.Healthy)
                        {
                            recovered.Add((index, Recovered(told, beaten[i])));
                        }
                    }
                    catch (RegistryException refused)
                    {
                        results[index] = new AgentBeatResult(null, refused);
                    }
                }
            }
        });

    public Task<LeaseStatus?> GetLeaseAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.lease", caller, holder.AgentId, async _ =>
        {
            Identifiers.CheckTenant(caller.Tenant);
            var key = KeyOf(caller, holder);
            var agent = Find(caller, holder);
            if (agent is null || IsMissing(holder, agent))
            {
                agent = await ReadAsync(caller, holder, cancellationToken) ?? agent ?? throw NotFound();
            }

            if (!sight.Of(caller).Sees(agent))
            {
                throw NotFound();
            }

            if (IsMissing(holder, agent))
            {
                throw NoInstance(holder);
            }

            if (key.LeaseIn(agent) is not { } lease)
            {
                return null;
            }

            var seen = await GrainCalls.ReadAsync(GrainOf(LeaseShare.Of(key)), grain => grain.Look(key));
            var now = time.GetUtcNow();
            return new LeaseStatus(
                lease, seen.SinceBeat is { } ago ? (now - ago).ToMilliseconds() : null, seen.Left is { } left ? (now + left).ToMilliseconds() : null);
        });

    private static LeaseKey KeyOf(Caller caller, LeaseHolder holder) => new(caller.Tenant, holder.AgentId, holder.Instance);

    private AgentRecord? Find(Caller caller, LeaseHolder holder)
    {
        Identifiers.CheckId(holder.AgentId);
        if (holder.Instance is not null)
        {
            Identifiers.CheckId(holder.Instance, InstanceRules.Field);
        }

        return directory.Find(caller.Tenant, holder.AgentId);
    }

    /// <summary>What is to be told of a beat; null where this node's directory may be behind.</summary>
    /// <exception cref="RegistryException">The beat is refused.</exception>
    private LeaseTold? TryCheck(Caller caller, LeaseHolder holder, AgentRecord? agent) =>
        Told(caller, holder, agent, directory.History) ?? (store.IsShared ? null : throw Refusal(caller, holder, agent));

    private async Task<LeaseTold> CheckStoredAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken)
    {
        var history = store.History;
        var agent = await ReadAsync(caller, holder, cancellationToken);
        return Told(caller, holder, agent, history) ?? throw Refusal(caller, holder, agent);
    }

    /// <summary>Null where the holder has no lease there, or the caller may not beat for it.</summary>
    private static LeaseTold? Told(Caller caller, LeaseHolder holder, AgentRecord? agent, long history)
    {
        var key = KeyOf(caller, holder);
        return key.LeaseIn(agent) is { } lease && Access.MayBeat(caller.Subject, agent!) ? new LeaseTold(key, lease, history, agent!.Revision) : null;
    }

    private async Task<AgentRecord?> ReadAsync(Caller caller, LeaseHolder holder, CancellationToken cancellationToken) =>
        store.IsShared && await store.ReadAsync(AgentKind.Kind, new RecordKey(caller.Tenant, holder.AgentId), cancellationToken) is { } stored
            ? AgentKind.Read(stored)
            : null;

    private static bool IsMissing(LeaseHolder holder, AgentRecord agent) =>
        holder.Instance is { } name && agent.Instances.Find(name) is null;

    private RegistryException Refusal(Caller caller, LeaseHolder holder, AgentRecord? agent)
    {
        if (agent is null)
        {
            directory.ThrowIfUnreadable(caller.Tenant, holder.AgentId);
            return NotFound();
        }

        if (!sight.Of(caller).Sees(agent))
        {
            return NotFound();
        }

        if (!Access.MayBeat(caller.Subject, agent))
        {
            return new RegistryException(
                RegistryError.Forbidden,
                $"'{caller.Subject}' is neither the owner of agent '{holder.AgentId}' nor one of its workers, who alone beat for it.",
                "agent_id");
        }

        return IsMissing(holder, agent)
            ? NoInstance(holder)
            : RegistryException.Invalid(
                "ttl",
                $"{NameOf(holder)} has no lease: give it a ttl when it is registered{(holder.Instance is null ? ", or by a patch" : "")}");
    }

    private static string NameOf(LeaseHolder holder) =>
        holder.Instance is null ? $"agent '{holder.AgentId}'" : $"instance '{holder.Instance}' of agent '{holder.AgentId}'";

    /// <summary>Writes those that are healthy again, of one agent's instances all at once.</summary>
    /// <param name="recovered">Each with its place in the results.</param>
    private async Task WriteAsync(
        IEnumerable<(int Index, LeaseVerdict Verdict)> recovered, AgentBeatResult[] results, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            recovered.GroupBy(one => one.Verdict.Of.Key.Written, (_, of) => of.ToList()),
            new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken },
            async (some, token) =>
            {
                try
                {
                    await writer.WriteAsync([.. some.Select(one => one.Verdict).DistinctBy(one => one.Of.Key)], isAwaited: true, token);
                }
                catch (RegistryException refused)
                {
                    some.ForEach(one => results[one.Index] = new AgentBeatResult(null, refused));
                }
            });

    /// <summary>What is to be written; where the lease is another one by then, whoever set it knew better.</summary>
    private static LeaseVerdict Recovered(LeaseTold told, LeaseBeaten beaten) => new(told with { Lease = beaten.Lease }, AgentHealth.Healthy);

    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: the holder was ephemeral, and is being removed.</exception>
    private AgentBeat Answer(LeaseTold told, LeaseBeaten beaten)
    {
        if (beaten.IsOver)
        {
            var over = NameOf(new LeaseHolder(told.Key.AgentId, told.Key.Instance));
            throw new RegistryException(
                RegistryError.NotFound,
                $"{char.ToUpperInvariant(over[0])}{over[1..]} was ephemeral, and its lease is over: register it again.",
                told.Key.Instance is null ? "agent_id" : InstanceRules.Field);
        }

        return new AgentBeat(
            told.Key.AgentId, AgentHealth.Healthy, beaten.Lease.Ttl, (time.GetUtcNow() + beaten.Lease.Ttl).ToMilliseconds())
        {
            Instance = told.Key.Instance,
        };
    }

    private static RegistryException NoInstance(LeaseHolder holder) =>
        new(RegistryError.NotFound, $"Agent '{holder.AgentId}' has no instance '{holder.Instance}'.", InstanceRules.Field);

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
