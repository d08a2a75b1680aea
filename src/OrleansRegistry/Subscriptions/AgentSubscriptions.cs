namespace OrleansRegistry.Subscriptions;

/// <summary>Subscriptions, made of grains (one each) and the store (lists).</summary>
internal sealed class AgentSubscriptions(
    GrainReferences<ISubscriptionGrain> grains,
    AgentRegistry agents,
    IRecordStore store,
    UnreadableRecords faulty,
    SubscriptionNews news,
    PushOptions options) : IAgentSubscriptions
{
    public Task<SubscriptionSaved> SaveAsync(
        Caller caller, SubscriptionSave save, string? id = null, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.subscription.save", caller, id, async _ =>
        {
            SubscriptionRules.Check(save, options.Addresses);
            Identifiers.CheckCaller(caller);
            var isKeyed = id is null && caller.IdempotencyKey is not null;
            var name = id ?? (isKeyed ? DerivedId.For("subscription", caller.Subject, caller.IdempotencyKey!) : DerivedId.Random());
            var grain = Grain(caller, name);
            await CheckNumberAsync(caller, grain, mayExist: id is not null || isKeyed, cancellationToken);
            var secret = WebhookSignature.NewSecret();
            var put = new SubscriptionPut(
                save.Url, StoredQuery.Write(save.Query ?? new AgentQuery()), save.Secret, secret, save.Batch, save.Snapshot ? null : agents.Revision)
            {
                IsOnce = isKeyed,
            };
            var written = await GrainCalls.RunAsync(grain, one => one.Save(caller, put));
            news.Tell();
            return new SubscriptionSaved(
                written.Head.Shown(caller.Tenant, name),
                written.Created,
                (written.Created || isKeyed) && save.Secret is null ? written.Head.Secret : null);
        });

    public async Task<AgentSubscription?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        var head = await GrainCalls.ReadAsync(Grain(caller, id), one => one.Get(caller));
        return head?.Shown(caller.Tenant, id);
    }

    public Task<SubscriptionPage> ListAsync(
        Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.subscription.list", caller, null, async _ =>
        {
            Identifiers.CheckCaller(caller);
            PageLimit.Subscriptions.Check(pageSize);
            var binding = $"subscriptions\n{caller.Tenant}\n{caller.Subject}\n{caller.SeesAllOwners}";
            var after = LogTokens.ReadRecord(pageToken, caller.Tenant, binding);
            var found = await store.QueryAsync(Mine(caller), after, pageSize + 1, cancellationToken);
            var shown = new List<AgentSubscription>();
            var unreadable = new List<string>();
            foreach (var (_, record) in found.Take(pageSize))
            {
                if (faulty.TryRead(SubscriptionKind.Kind, record, SubscriptionKind.Read) is { } head)
                {
                    shown.Add(head.Shown(caller.Tenant, record.Key.Id));
                }
                else
                {
                    unreadable.Add(record.Key.Id);
                }
            }

            var next = found.Count > pageSize
                ? LogTokens.Make(found[pageSize - 1].Position.At, found[pageSize - 1].Record.Key.Id, binding)
                : null;
            return new SubscriptionPage(shown, next) { Unreadable = unreadable };
        });

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.subscription.delete", caller, id, async _ =>
        {
            await GrainCalls.RunAsync(Grain(caller, id), one => one.Delete(caller));
            news.Tell();
            return true;
        });

    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>.</exception>
    private async Task CheckNumberAsync(Caller caller, ISubscriptionGrain grain, bool mayExist, CancellationToken cancellationToken)
    {
        // Two at once may both be the last that there is room for.
        var owned = new RecordQuery(SubscriptionKind.Kind, caller.Tenant).And(SubscriptionKind.Owner.Is(caller.Subject));
        var count = (await store.QueryKeysAsync(owned, null, Math.Max(options.MaxSubscriptions, 1), cancellationToken)).Count;
        if (count >= options.MaxSubscriptions && (!mayExist || await GrainCalls.ReadAsync(grain, one => one.Get(caller)) is null))
        {
            throw new RegistryException(
                RegistryError.Conflict, $"'{caller.Subject}' has {options.MaxSubscriptions} subscriptions, as many as it can have.");
        }
    }

    private static RecordQuery Mine(Caller caller) =>
        new RecordQuery(SubscriptionKind.Kind, caller.Tenant).And(Access.Listed(caller, SubscriptionKind.Owner));

    private ISubscriptionGrain Grain(Caller caller, string id)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(id, "subscription_id");
        return grains.Get(caller.Tenant, id);
    }
}
