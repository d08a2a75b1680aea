namespace OrleansRegistry.Vectors.Given;

/// <summary>The vectors of agents: an agent's grain writes those that it is given, this node's directories know all.</summary>
internal sealed class AgentVectorRegistry(
    AgentRegistry agents,
    GrainReferences<IAgentGrain> grains,
    AgentDirectory directory,
    VectorDirectory made,
    GivenVectorDirectory given,
    GivenVectorStore vectors,
    QueryVectors queries,
    IRecordStore store,
    AgentRevisions revisions,
    RankedSearch ranked,
    AgentSight sight) : IAgentVectors
{
    public Task<AgentRecord> PutAsync(Caller caller, string agentId, AgentVectorUpdate update, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.put_vectors", caller, agentId, async _ =>
        {
            var change = GivenVectorRules.Check(update, caller.Subject);
            await queries.CheckDimensionsAsync(update.Model, change.Dimensions, "vectors[0].values", cancellationToken);
            return await WriteAsync(caller, agentId, change, cancellationToken);
        });

    public Task<AgentRecord> RemoveAsync(
        Caller caller, string agentId, WriteCondition condition = default, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.remove_vectors", caller, agentId, _ =>
            WriteAsync(caller, agentId, new AgentVectorsChange(condition, caller.Subject), cancellationToken));

    public async Task<AgentVectorSet> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        Identifiers.CheckId(agentId);
        var agent = await FindAsync(caller, agentId, ReadConsistency.Local, cancellationToken);
        if (agent.Vectors is null)
        {
            return MadeOf(agent);
        }

        if (await vectors.FindAsync(agent, cancellationToken) is { } found)
        {
            return GivenOf(agent, found);
        }

        // This node may be behind the store.
        agent = await FindAsync(caller, agentId, ReadConsistency.Strong, cancellationToken);
        if (agent.Vectors is null)
        {
            return MadeOf(agent);
        }

        if (await vectors.FindAsync(agent, cancellationToken) is { } newer)
        {
            return GivenOf(agent, newer);
        }

        // An import may have brought the agent without them, or not have come to them: searches, too, go by what the registry made.
        return await vectors.HasAsync(agent, cancellationToken)
            ? throw new RegistryException(
                RegistryError.Unavailable, $"The vectors of agent '{agentId}' cannot be read. Give it others, or take them away.")
            : MadeOf(agent);
    }

    public ValueTask<AgentVectorStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        var viewer = sight.Of(caller);
        var own = made.Of(caller.Tenant);
        var (agents, ownVectors) = CountsOf(own, viewer);
        var spaces = new List<AgentVectorSpace>();
        if (agents > 0)
        {
            spaces.Add(new AgentVectorSpace(made.Model!, DimensionsOf(own), IsGiven: false, agents, ownVectors));
        }

        foreach (var (space, all) in given.Of(caller.Tenant).OrderBy(space => space.Key.Model, StringComparer.Ordinal))
        {
            var (having, count) = CountsOf(all, viewer);
            if (having > 0 || viewer.SeesAll)
            {
                agents += all.Ids.Count(id => own.Find(id) is not { Vectors.Count: > 0 } && IsSeen(id, viewer));
                spaces.Add(new AgentVectorSpace(space.Model, space.Dimensions, IsGiven: true, having, count));
            }
        }

        return ValueTask.FromResult(new AgentVectorStats(agents, spaces.Sum(space => space.Vectors), ranked.LagOf(viewer), spaces)
        {
            OwnModel = made.Model,
        });
    }

    private bool IsSeen(string id, AgentViewer viewer) =>
        viewer.SeesAll || (directory.Find(viewer.Tenant, id) is { } agent && viewer.Sees(agent));

    /// <summary>How many agents that are seen have vectors, and how many.</summary>
    private (int Agents, int Vectors) CountsOf(TenantVectors vectors, AgentViewer viewer)
    {
        if (viewer.SeesAll || !directory.Of(viewer.Tenant).HasNamed)
        {
            return (vectors.EmbeddedCount, vectors.VectorCount);
        }

        var counts = vectors.Ids.Where(id => IsSeen(id, viewer))
            .Select(id => vectors.Find(id)?.Vectors.Count ?? 0).Where(count => count > 0).ToList();
        return (counts.Count, counts.Sum());
    }

    private static int DimensionsOf(TenantVectors vectors)
    {
        foreach (var row in vectors.Rows.Rows)
        {
            if (row is not null)
            {
                return row.Values.Length;
            }
        }

        return 0;
    }

    private async Task<AgentRecord> WriteAsync(Caller caller, string agentId, AgentVectorsChange change, CancellationToken cancellationToken)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(agentId);
        var history = store.History;
        var written = await GrainCalls.RunAsync(grains.Get(caller.Tenant, agentId), agent => agent.SetVectors(change));
        directory.TakeIn(written.Agent, null, history);
        if (written.Agent.Vectors is { } stamp)
        {
            given.Put(change.For(written.Agent, stamp).ToComparable());
        }

        given.Look(new RecordKey(caller.Tenant, agentId));
        await revisions.SeeOwnAsync(written.Agent.Revision, history, cancellationToken);
        return directory.Judged(written.Agent);
    }

    private async Task<AgentRecord> FindAsync(Caller caller, string agentId, ReadConsistency consistency, CancellationToken cancellationToken) =>
        await agents.GetAsync(caller, agentId, consistency, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");

    private static AgentVectorSet GivenOf(AgentRecord agent, GivenVectors found) =>
        new(agent.Id, agent.Revision, found.Info.Model, found.Info.Dimensions, found.ToGiven())
        {
            IsGiven = true,
            WrittenAt = found.Info.WrittenAt,
            WrittenBy = found.WrittenBy,
            CardNumber = found.CardNumber,
        };

    private AgentVectorSet MadeOf(AgentRecord agent)
    {
        if (made.Of(agent.Tenant).Find(agent.Id) is not { Vectors.Count: > 0 } known || known.AgentCreatedAt != agent.CreatedAt)
        {
            return new AgentVectorSet(agent.Id, agent.Revision, null, 0, []);
        }

        // Texts are not held: those of the card that the vectors were made of are.
        var texts = EmbeddingWorker.PiecesOf(agent).ToLookup(piece => piece.Hash, piece => piece.Text);
        return new AgentVectorSet(
            agent.Id,
            agent.Revision,
            known.Model,
            known.Vectors[0].Values.Length,
            [.. known.Vectors.Select(vector => new AgentVector(vector.Field, vector.Values) { Content = texts[vector.Text].FirstOrDefault() })]);
    }
}
