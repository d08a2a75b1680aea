using Orleans.Storage;

namespace OrleansRegistry.Agents;

/// <summary>Where the agent runs.</summary>
internal sealed partial class AgentGrain
{
    public async Task<AgentWritten> PutInstance(InstancePut put)
    {
        var name = put.Instance.Name;
        await CheckInstanceAsync(name, put.Condition);
        var created = false;
        var written = await WriteAsync(default, mark: null, creates: false, before =>
        {
            DemandKeeper(before!, put.Subject);
            DemandInstance(before!, name, put.Condition);
            rules.Instances.CheckRoom(id, before!.Instances, put.Instance);
            var now = time.GetUtcMilliseconds();
            var had = before.Instances.Find(name);
            created = had is null;
            var instance = put.Instance with
            {
                Lease = put.Instance.Lease is { } lease ? lease with { Since = LeaseChange.Next(had?.Lease, now) } : null,
                RegisteredAt = had?.RegisteredAt ?? now,
                UpdatedAt = now,
                RegisteredBy = put.Subject,
                Unknown = had?.Unknown ?? default,
            };
            return WithInstances(before, before.Instances.With(instance), added: instance);
        });
        return written with { Created = created };
    }

    public async Task<AgentWritten> RemoveInstance(InstanceRemoval removal)
    {
        await CheckInstanceAsync(removal.Name, removal.Condition);
        return await WriteAsync(default, mark: null, creates: false, before =>
        {
            DemandKeeper(before!, removal.Subject);
            DemandInstance(before!, removal.Name, removal.Condition);
            return before!.Instances.Find(removal.Name) is null
                ? throw new RegistryException(RegistryError.NotFound, $"Agent '{id}' has no instance '{removal.Name}'.", InstanceRules.Field)
                : WithInstances(before, before.Instances.Without(removal.Name));
        });
    }

    public async Task<InstancesJudged> JudgeInstances(InstanceVerdict[] verdicts)
    {
        await ExistsOrReloadAsync();
        if (Current is not { } known || verdicts.Any(verdict => !IsOf(verdict, known)))
        {
            // Another silo may have changed it.
            await state.ReadAsync();
        }

        if (Current is not { } agent)
        {
            return new InstancesJudged(null, [.. verdicts.Select(verdict => verdict.Name)]);
        }

        var valid = verdicts.Where(verdict => IsOf(verdict, agent)).ToList();
        string[] others = [.. verdicts.Except(valid).Select(verdict => verdict.Name)];
        if (valid.All(verdict => agent.Instances.Find(verdict.Name)!.Health == verdict.Health && !Ends(verdict, agent)))
        {
            return new InstancesJudged(ReplacedCards.Without(agent), others);
        }

        var written = await WriteAsync(default, mark: null, creates: false, before =>
        {
            // What was checked above may have been read again since.
            return valid.TrueForAll(verdict => IsOf(verdict, before!))
                ? WithInstances(before!, valid.Aggregate(before!.Instances, (all, verdict) => Judged(all, verdict, time.GetUtcMilliseconds())))
                : throw new InconsistentStateException();
        });
        return new InstancesJudged(written.Agent, others);
    }

    private static bool IsOf(InstanceVerdict verdict, AgentRecord agent) =>
        agent.Instances.Find(verdict.Name)?.Lease is { } lease && lease.Since == verdict.Since;

    private static bool Ends(InstanceVerdict verdict, AgentRecord agent) =>
        verdict.Health == AgentHealth.Expired && agent.Instances.Find(verdict.Name)!.Lease!.Ephemeral;

    private static IReadOnlyList<AgentInstance> Judged(IReadOnlyList<AgentInstance> all, InstanceVerdict verdict, DateTimeOffset now)
    {
        var instance = all.Find(verdict.Name)!;
        var lease = instance.Lease!;
        return verdict.Health == AgentHealth.Expired && lease.Ephemeral
            ? all.Without(verdict.Name)
            : all.With(instance with { Lease = lease with { Health = verdict.Health, Since = LeaseChange.Next(lease, now) } });
    }

    /// <summary>Before a condition is refused the state is read again: another silo may have changed it.</summary>
    private async ValueTask CheckInstanceAsync(string name, WriteCondition condition)
    {
        if (await ExistsOrReloadAsync() && condition != default && Current is { } agent && !condition.Holds(RevisionOf(agent, name)))
        {
            await state.ReadAsync();
        }
    }

    private void DemandInstance(AgentRecord agent, string name, WriteCondition condition)
    {
        if (!condition.Holds(RevisionOf(agent, name)))
        {
            var found = agent.Instances.Find(name) is null ? "is not registered" : $"is registered, with revision {agent.Revision} of the agent";
            throw new RegistryException(RegistryError.Conflict, $"Instance '{name}' of agent '{id}' {found}; {condition} was expected.");
        }
    }

    private static long? RevisionOf(AgentRecord agent, string name) => agent.Instances.Find(name) is null ? null : agent.Revision;

    private void DemandKeeper(AgentRecord agent, string subject)
    {
        if (agent is { Delivery: AgentDelivery.Forward } or { Credentials: not null })
        {
            Access.DemandOwner(
                id, agent.Owner, subject, "register its instances while messages are forwarded to it, or it has credentials for that",
                InstanceRules.Field);
        }

        if (!Access.MayBeat(subject, agent))
        {
            throw new RegistryException(
                RegistryError.Forbidden,
                $"'{subject}' is neither the owner of agent '{id}' nor one of its workers, who alone register its instances.",
                InstanceRules.Field);
        }
    }

    private static AgentRecord WithInstances(AgentRecord agent, IReadOnlyList<AgentInstance> instances, AgentInstance? added = null) => agent with
    {
        Instances = instances,
        Credentials = ForwardingRules.Reaching(agent.Credentials, instances, added),
    };
}
