namespace OrleansRegistry.Instances;

/// <summary>The instances of agents: written by their grains, and read from this node's directory.</summary>
internal sealed class AgentInstances(
    GrainReferences<IAgentGrain> grains, AgentDirectory directory, IRecordStore store, AgentRevisions revisions, AgentRules rules, AgentSight sight)
    : IAgentInstances
{
    public Task<InstanceWritten> PutAsync(
        Caller caller, string agentId, string name, InstanceRegistration registration, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.instance.put", caller, agentId, async _ =>
        {
            Check(caller, agentId);
            var put = new InstancePut(InstanceRules.Check(name, registration, rules.Leases), registration.Condition, caller.Subject);
            var written = await WriteAsync(caller, agentId, grain => grain.PutInstance(put), cancellationToken);
            return new InstanceWritten(written.Agent.Instances.Find(name)!, written.Created, written.Agent.Revision);
        });

    public ValueTask<InstanceFound> GetAsync(Caller caller, string agentId, string name, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(name, InstanceRules.Field);
        var agent = Find(caller, agentId);
        return ValueTask.FromResult(agent.Instances.Find(name) is { } found
            ? new InstanceFound(found, agent.Revision)
            : throw new RegistryException(RegistryError.NotFound, $"Agent '{agentId}' has no instance '{name}'.", InstanceRules.Field));
    }

    public ValueTask<InstancePage> ListAsync(
        Caller caller, string agentId, InstanceQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new InstanceQuery();
        var size = query.PageSize ?? PageLimit.Instances.Usual;
        PageLimit.Instances.Check(size);
        InstanceRules.CheckVersion(query.Version);
        var agent = Find(caller, agentId);
        var bound = $"instances {agentId}\n{query.Health}\n{query.Version}";
        var after = PageToken.Read(query.PageToken, bound);
        List<AgentInstance> all =
        [
            .. agent.Instances.Where(instance =>
                (query.Health is null || instance.Health == query.Health) && (query.Version is null || instance.Version == query.Version)),
        ];
        List<AgentInstance> page = [.. all.Where(instance => after is null || string.CompareOrdinal(instance.Name, after) > 0).Take(size + 1)];
        var hasMore = page.Count > size;
        AgentInstance[] shown = [.. page.Take(size)];
        return ValueTask.FromResult(new InstancePage(shown, all.Count, hasMore ? PageToken.Make(shown[^1].Name, bound) : null, agent.Revision));
    }

    public Task<long> RemoveAsync(
        Caller caller, string agentId, string name, WriteCondition condition = default, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.instance.remove", caller, agentId, async _ =>
        {
            Check(caller, agentId);
            Identifiers.CheckId(name, InstanceRules.Field);
            var removal = new InstanceRemoval(name, condition, caller.Subject);
            return (await WriteAsync(caller, agentId, grain => grain.RemoveInstance(removal), cancellationToken)).Agent.Revision;
        });

    public ValueTask<InstanceFound> ChooseAsync(
        Caller caller, string agentId, InstanceChoice? choice = null, CancellationToken cancellationToken = default)
    {
        choice ??= new InstanceChoice();
        InstanceRules.CheckVersion(choice.Version);
        if (choice.Key is not null)
        {
            Identifiers.CheckId(choice.Key, "key");
        }

        var agent = Find(caller, agentId);
        return ValueTask.FromResult(InstanceChooser.Choose(agent.Instances, choice) is { } chosen
            ? new InstanceFound(chosen, agent.Revision)
            : throw NoneToChoose(agent, choice));
    }

    private static RegistryException NoneToChoose(AgentRecord agent, InstanceChoice choice)
    {
        if (agent.Instances.Count == 0)
        {
            return new RegistryException(RegistryError.NotFound, $"Agent '{agent.Id}' has no instances.", InstanceRules.Field);
        }

        List<AgentInstance> asked = [.. agent.Instances.Where(instance => choice.Version is null || instance.Version == choice.Version)];
        return asked.Count == 0
            ? new RegistryException(RegistryError.NotFound, $"Agent '{agent.Id}' has no instance of version '{choice.Version}'.", "version")
            : new RegistryException(
                RegistryError.Unavailable,
                asked.TrueForAll(instance => instance.Weight == 0)
                    ? $"All {asked.Count:N0} instances of agent '{agent.Id}' that are asked for have the weight 0."
                    : $"None of the {asked.Count:N0} instances of agent '{agent.Id}' that are asked for is healthy and has a weight above 0.",
                "health")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
    }

    private void Check(Caller caller, string agentId)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(agentId);
        sight.Demand(caller, agentId);
    }

    private AgentRecord Find(Caller caller, string agentId)
    {
        Identifiers.CheckTenant(caller.Tenant);
        Identifiers.CheckId(agentId);
        if (sight.Find(caller, agentId) is { } agent)
        {
            return agent;
        }

        directory.ThrowIfUnreadable(caller.Tenant, agentId);
        throw AgentSight.NotFound();
    }

    private async Task<AgentWritten> WriteAsync(
        Caller caller, string agentId, Func<IAgentGrain, Task<AgentWritten>> write, CancellationToken cancellationToken)
    {
        var history = store.History;
        var written = await GrainCalls.RunAsync(grains.Get(caller.Tenant, agentId), write);
        directory.TakeIn(written.Agent, card: null, history);
        await revisions.SeeOwnAsync(written.Agent.Revision, history, cancellationToken);
        return written;
    }
}
