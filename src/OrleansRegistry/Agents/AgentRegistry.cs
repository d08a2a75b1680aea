using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents;

/// <summary>The registry of agents, made of grains (writes), the directory (reads) and the store (new agents in bulk).</summary>
internal sealed class AgentRegistry(
    GrainReferences<IAgentGrain> grains,
    AgentDirectory directory,
    IRecordStore store,
    NewAgents newAgents,
    AgentBatchWriter batches,
    AgentChanges changes,
    AgentRules rules,
    CardSources sources,
    RecentRemovals removals,
    AgentRevisions revisions,
    RankedSearch ranked,
    AgentOwnership ownership,
    SignatureGate signatures,
    ReviewGate reviews,
    TenantQuotas quotas,
    AgentSight sight,
    [RegistryTime] TimeProvider time) : IAgentRegistry
{
    public long Revision => directory.Revision;

    public ValueTask WaitForRevisionAsync(long revision, CancellationToken cancellationToken = default) =>
        revisions.WaitAsync(revision, cancellationToken);

    public Task<AgentWriteResult> RegisterAsync(
        Caller caller,
        AgentRegistration registration,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.agent.register", caller, null, async span =>
    {
        Identifiers.CheckKey(caller.IdempotencyKey);
        var entry = CheckedRegistration.Of(registration, rules, await sources.FetchAsync(registration, cancellationToken));
        span?.SetTag("registry.id", entry.Id);
        var history = store.History;
        var result = await PutAsync(caller, entry, OriginsOf(caller, entry), history);
        await revisions.SeeOwnAsync(result.Agent.Revision, history, cancellationToken);
        return result;
    });

    /// <summary>Registers what a reviewer has approved, as whoever asked for it.</summary>
    internal async Task RegisterApprovedAsync(Caller caller, CheckedRegistration entry, CancellationToken cancellationToken)
    {
        var history = store.History;
        var result = await TakeAsync(caller, await JudgedAsync(caller, caller, entry, cancellationToken), OriginsOf(caller, entry), history);
        await revisions.SeeOwnAsync(result.Agent.Revision, history, cancellationToken);
    }

    public Task<IReadOnlyList<AgentBatchResult>> RegisterManyAsync(
        Caller caller,
        IReadOnlyList<AgentRegistration> registrations,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.agent.register_many", caller, null, async span =>
    {
        Identifiers.CheckCaller(caller);
        span?.SetTag("registry.count", registrations.Count);
        var history = store.History;
        var results = await batches.WriteAsync(
            caller,
            registrations,
            (of, entry, origins) => PutAsync(of, entry, origins, history));
        var newest = results.Max(result => result.Written?.Agent.Revision) ?? 0;
        await revisions.SeeOwnAsync(newest, history, cancellationToken);
        return results;
    });

    public Task<AgentWriteResult> PatchAsync(
        Caller caller,
        string id,
        AgentPatch patch,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.agent.patch", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        var known = directory.Find(caller.Tenant, id) is { } agent && !IsRepeated(agent, caller) ? agent : null;
        var change = await signatures.JudgeAsync(caller.Tenant, known, changes.Of(caller, id, patch), cancellationToken);
        change = change with { Rule = ownership.RuleOf(caller, id) };
        var history = store.History;
        var result = !change.CardPatch.IsEmpty && reviews.IsAsked(caller.Tenant)
            ? await reviews.RunAsync(caller, id, patch, condition => PatchAsync(grain, change with { Condition = condition }, history))
            : await PatchAsync(grain, change, history);
        await revisions.SeeOwnAsync(result.Agent.Revision, history, cancellationToken);
        return result;
    });

    public Task<AgentRefresh> RefreshAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.agent.refresh", caller, id, async _ =>
    {
        var agent = await GetStrongAsync(caller, id, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
        Access.DemandOwner(id, agent.Owner, caller.Subject, "have its card fetched");
        return await sources.RefreshAsync(agent, cancellationToken, caller.May(Permissions.AgentsReview));
    });

    public Task<AgentRemoval> RemoveAsync(
        Caller caller, string id, WriteCondition condition = default,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.agent.remove", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        return await removals.RunAsync(caller, $"agent {id}", async () =>
        {
            var declared = directory.ExtensionUrisOf(caller.Tenant, id);
            var history = store.History;
            var revision = await GrainCalls.RunAsync(grain, agent => agent.Remove(condition, caller.Subject));
            directory.TakeOut(caller.Tenant, id, revision, history);
            await revisions.SeeOwnAsync(revision, history, cancellationToken);
            return new AgentRemoval(id, revision, declared.Count - directory.CountDeclared(sight.Of(caller), declared));
        });
    });

    public ValueTask<AgentRecord?> GetAsync(
        Caller caller, string id, ReadConsistency consistency = ReadConsistency.Local, CancellationToken cancellationToken = default) =>
        consistency == ReadConsistency.Local
            ? ValueTask.FromResult(FindLocal(caller, id))
            : new ValueTask<AgentRecord?>(GetStrongAsync(caller, id, cancellationToken));

    public async ValueTask<AgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default) =>
        directory.Shown(await ranked.ListAsync(sight.Of(caller), query ?? new AgentQuery(), cancellationToken));

    public IAsyncEnumerable<AgentEvent> WatchAsync(
        Caller caller, AgentQuery? query = null, long? afterRevision = null, CancellationToken cancellationToken = default) =>
        directory.WatchAsync(sight.Of(caller), query ?? new AgentQuery(), afterRevision, time, cancellationToken);

    public ValueTask<IReadOnlyList<FacetCount>> GetTagsAsync(Caller caller, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(directory.Tags(sight.Of(caller)));

    public ValueTask<IReadOnlyList<FacetCount>> GetCategoriesAsync(Caller caller, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(directory.Categories(sight.Of(caller)));

    public ValueTask<AgentStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(directory.Stats(sight.Of(caller)) with { EmbeddingLag = ranked.LagOf(sight.Of(caller)) });

    public ValueTask<ExtensionPage> ListExtensionsAsync(
        Caller caller, ExtensionQuery? query = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(directory.ListExtensions(sight.Of(caller), query ?? new ExtensionQuery()));

    public ValueTask<ExtensionInfo?> GetExtensionAsync(Caller caller, string uri, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(directory.FindExtension(sight.Of(caller), uri));

    public ValueTask<IReadOnlyList<ExtensionInfo>?> GetAgentExtensionsAsync(
        Caller caller, string id, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(directory.ExtensionsOf(sight.Of(caller), id));

    /// <summary>
    /// Where others write to the same store, only the store knows: this silo may have been declared dead a moment ago, and a grain of its
    /// own overtaken by one elsewhere.
    /// </summary>
    private async Task<AgentRecord?> GetStrongAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var grain = Grain(caller, id);
        var found = !store.IsShared
            ? await GrainCalls.ReadAsync(grain, agent => agent.Get())
            : await store.ReadAsync(AgentKind.Kind, new RecordKey(caller.Tenant, id), cancellationToken) is { } stored
                ? ReplacedCards.Without(AgentKind.Read(stored))
                : null;
        return found is not null && sight.Of(caller).Sees(found) ? directory.Judged(found) : null;
    }

    private AgentRecord? FindLocal(Caller caller, string id)
    {
        var found = directory.Find(caller.Tenant, id);
        if (found is null)
        {
            directory.ThrowIfUnreadable(caller.Tenant, id);
        }

        return found is null || !sight.Of(caller).Sees(found) ? null : directory.Shown(found);
    }

    /// <param name="history">The store's, from before the write.</param>
    private async Task<AgentWriteResult> PutAsync(
        Caller caller, CheckedRegistration entry, IReadOnlyList<ExtensionOrigin> origins, long history)
    {
        Identifiers.CheckCaller(caller);
        var acting = ownership.Registering(caller, entry.Id);
        entry = await JudgedAsync(caller, acting, entry);
        return reviews.IsAsked(caller.Tenant)
            ? await reviews.RunAsync(
                caller, acting, entry, condition => TakeAsync(acting, entry with { Condition = condition }, origins, history))
            : await TakeAsync(acting, entry, origins, history);
    }

    /// <summary>The entry with what was found of its card's signatures.</summary>
    private ValueTask<CheckedRegistration> JudgedAsync(
        Caller caller, Caller acting, CheckedRegistration entry, CancellationToken cancellationToken = default)
    {
        var isKept = directory.Find(caller.Tenant, entry.Id) is { } known && (known.Card == entry.Bytes || IsRepeated(known, acting));
        return signatures.JudgeAsync(caller.Tenant, ownership.OwnerOnceRegistered(caller, entry.Id), entry, isKept, cancellationToken);
    }

    private bool IsRepeated(AgentRecord agent, Caller caller) => RequestMarks.Find(agent.Requests, caller, time.GetUtcNow()) is not null;

    /// <summary>Writes what may be written.</summary>
    private async Task<AgentWriteResult> TakeAsync(
        Caller caller, CheckedRegistration entry, IReadOnlyList<ExtensionOrigin> origins, long history)
    {
        var mark = RequestMarks.Of(
            caller,
            () => entry.PublishesDraft ? AgentDrafts.PrintOf(entry.Force) : new RequestFingerprint("register")
                .Add("agent_card", entry.Source is null ? entry.Bytes : default)
                .Add("card_url", entry.Source?.Url).Add("refresh_seconds", (long?)entry.Source?.RefreshInterval?.TotalSeconds)
                .Add("enabled", AgentChanges.Text(entry.Enabled))
                .Add("workers", AgentChanges.Text(entry.Workers)).Add("delivery", entry.Delivery?.ToName())
                .Add("credentials", ForwardingRules.Text(entry.Credentials)).Add("lifecycle", entry.LifeCycle?.ToName())
                .Add("deprecation", LifeCycleRules.Text(entry.Deprecation)).Add("compatibility", entry.Compatibility?.ToName())
                .Add("force", entry.Force ? "true" : null).Add("lease", LeaseRules.Text(entry.Lease))
                .Add("probe", ProbeRules.Text(entry.Probe)).Add("sharing", SharingRules.Text(entry.Sharing)),
            time.GetUtcMilliseconds());
        if (directory.Find(caller.Tenant, entry.Id) is null)
        {
            return await quotas.RunAsync(
                Quota.Agents, caller.Tenant, entry.Id, () => WriteAsync(caller, entry, origins, history, mark), written => written.Created);
        }

        var put = await WriteAsync(caller, entry, origins, history, mark);
        if (put.Created)
        {
            // Another replica has removed it, of which this one has not heard.
            quotas.Count(Quota.Agents, caller.Tenant, entry.Id);
        }

        return put;
    }

    private async Task<AgentWriteResult> WriteAsync(
        Caller caller, CheckedRegistration entry, IReadOnlyList<ExtensionOrigin> origins, long history, RequestMark? mark)
    {
        if (await newAgents.TryCreateAsync(caller, entry, origins, mark) is { } created)
        {
            directory.TakeIn(created.Agent, entry.Card, history);
            return created with { Agent = directory.Judged(created.Agent) };
        }

        var put = new AgentPut(entry.Bytes, entry.Enabled, origins, entry.Condition, caller.Subject, entry.Workers)
        {
            Mark = mark,
            Delivery = entry.Delivery,
            Reach = entry.Card.Reach,
            Credentials = entry.Credentials,
            Source = entry.Source,
            LifeCycle = entry.LifeCycle,
            Deprecation = entry.Deprecation,
            Compatibility = entry.Compatibility,
            Force = entry.Force,
            Lease = entry.Lease,
            Probe = entry.Probe,
            Signature = entry.Signature,
            Sharing = entry.Sharing,
            Rule = ownership.RuleOf(caller, entry.Id),
            Judgement = entry.Judgement,
        };
        var written = await GrainCalls.RunAsync(Grain(caller, entry.Id), grain => grain.Put(put));
        directory.TakeIn(written.Agent, written.Repeated ? null : entry.Card, history);
        var agent = directory.Judged(written.Agent);
        return new AgentWriteResult(agent, written.Created, ReplacementWarnings.Of(caller, entry, written), entry.Card.Extensions.Count)
        {
            Repeated = written.Repeated,
            Breaks = written.Breaks,
        };
    }

    private async Task<AgentWriteResult> PatchAsync(IAgentGrain grain, AgentChange change, long history)
    {
        var written = await GrainCalls.RunAsync(grain, agent => agent.Patch(change));
        var card = AgentCard.Read(written.Agent.Card);
        var agent = written.Agent with { Reach = card.Reach };
        directory.TakeIn(agent, card, history);
        return new AgentWriteResult(directory.Judged(agent), written.Created, card.Warnings, card.Extensions.Count)
        {
            Repeated = written.Repeated,
            Breaks = written.Breaks,
        };
    }

    private IAgentGrain Grain(Caller caller, string id)
    {
        Identifiers.CheckTenant(caller.Tenant);
        Identifiers.CheckKey(caller.IdempotencyKey);
        Identifiers.CheckId(id);
        return grains.Get(caller.Tenant, id);
    }

    private IReadOnlyList<ExtensionOrigin> OriginsOf(Caller caller, CheckedRegistration entry) => entry.Card.Extensions.Count == 0
        ? []
        : ExtensionOrigins.For(
            entry.Card,
            entry.Id,
            time.GetUtcMilliseconds(),
            directory.OriginsOf(caller.Tenant, entry.Card.Extensions.Select(extension => extension.Uri)));
}
