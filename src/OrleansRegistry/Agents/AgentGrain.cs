using Orleans.Storage;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents;

[GrainType("registry.agent")]
internal sealed partial class AgentGrain : Grain, IAgentGrain
{
    private readonly StoredState<AgentState> state;
    private readonly HeadStorage storage;
    private readonly AgentRules rules;
    private readonly AgentVersionStore versions;
    private readonly GivenVectorStore givenVectors;
    private readonly TimeProvider time;
    private string tenant = "";
    private string id = "";
    private long history;

    public AgentGrain(
        HeadStorage storage, AgentRules rules, AgentVersionStore versions, GivenVectorStore givenVectors, [RegistryTime] TimeProvider time)
    {
        this.storage = storage;
        this.rules = rules;
        this.versions = versions;
        this.givenVectors = givenVectors;
        this.time = time;
        state = new StoredState<AgentState>(storage.Storage, AgentGrainNames.StateName, GrainContext.GrainId);
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (tenant, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return ReloadAsync();
    }

    public Task<AgentWritten> Put(AgentPut put) => WriteAsync(put.Condition, put.Mark, creates: true, force: put.Force, change: before =>
    {
        var now = time.GetUtcMilliseconds();
        var reach = put.Reach == CardReach.Unknown ? AgentCard.ReachOf(put.Card) : put.Reach;
        var delivery = put.Delivery ?? before?.Delivery;
        var owner = before?.Owner ?? state.Unreadable?.Owner;
        var subject = Acting(before, owner, put.Subject, put.Rule, registers: true);
        DemandOwner(owner, subject, put.Workers, put.Delivery is not null, put.Credentials is not null);
        DemandOwnerOfLife(owner, subject, put.LifeCycle, put.Deprecation);
        DemandOwnerOfPolicy(owner, subject, put.Compatibility, put.Force);
        DemandOwnerOfForwarded(before, subject);
        if (put.Source is not null)
        {
            Access.DemandOwner(id, owner, subject, "say where its card is fetched", "card_url");
        }

        DemandOwnerOfLease(owner, subject, put.Lease);
        DemandOwnerOfProbe(owner, subject, put.Probe);
        DemandOwnerOfSharing(owner, subject, put.Sharing);
        AgentRules.CheckDelivery(delivery, reach);
        CheckJudged(put.Judgement, state.Unreadable is null ? owner ?? subject : put.Judgement?.Owner, before?.Card == put.Card);
        var after = new AgentRecord
        {
            Tenant = tenant,
            Id = id,
            Card = put.Card,
            Enabled = put.Enabled ?? before?.Enabled ?? true,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
            ExtensionOrigins = OriginsFor(put.Origins, before),
            Owner = owner ?? subject,
            Workers = put.Workers ?? before?.Workers ?? [],
            Delivery = delivery,
            Reach = reach,
            Credentials = put.Credentials is null ? before?.Credentials : ForwardingRules.Bind(put.Credentials, put.Card),
            Source = put.Source,
            Stamp = CardStamps.Next(before, put.Card, subject, now),
            Labels = before?.Labels ?? [],
            Replaced = before?.Replaced ?? [],
            Compatibility = put.Compatibility ?? before?.Compatibility ?? AgentCompatibility.None,
            Lease = LeaseChange.Apply(put.Lease, before?.Lease, before is null || Access.MayBeat(subject, before), now),
            VectorStamp = before?.VectorStamp,
            Instances = before?.Instances ?? [],
            Probe = ProbeChange.Apply(put.Probe, before?.Probe, isSameCard: before?.Card == put.Card),
            Signature = SignatureWriter.After(before?.Signature, put.Signature, isSameCard: before?.Card == put.Card),
            Sharing = SharingRules.Apply(put.Sharing, before?.Sharing),
            Requests = MarksWith(before, put.Mark),
            Unknown = before?.Unknown ?? default,
        };
        return LifeCycleRules.Apply(after, before, put.LifeCycle, put.Deprecation);
    });

    public Task<AgentWritten> Patch(AgentChange change) => WriteAsync(change.Condition, change.Mark, false, force: change.Force, change: before =>
    {
        var now = time.GetUtcMilliseconds();
        var subject = Acting(before, before!.Owner, change.Subject, change.Rule);
        var setsDelivery = change.Delivery is not null || change.DeliveryByCard;
        DemandOwner(before.Owner, subject, change.Workers, setsDelivery, change.Credentials is not null);
        DemandOwnerOfLife(before.Owner, subject, change.LifeCycle, change.Deprecation);
        DemandOwnerOfPolicy(before.Owner, subject, change.Compatibility, change.Force);
        DemandOwnerOfLease(before.Owner, subject, change.Lease);
        DemandOwnerOfProbe(before.Owner, subject, change.Probe);
        DemandOwnerOfSharing(before.Owner, subject, change.Sharing);
        if (!change.CardPatch.IsEmpty)
        {
            DemandOwnerOfForwarded(before, subject);
        }

        var after = before with
        {
            Enabled = change.Enabled ?? before.Enabled,
            Workers = change.Workers ?? before.Workers,
            Delivery = change.DeliveryByCard ? null : change.Delivery ?? before.Delivery,
            Compatibility = change.Compatibility ?? before.Compatibility,
            Lease = LeaseChange.Apply(change.Lease, before.Lease, renews: false, now),
            Probe = ProbeChange.Apply(change.Probe, before.Probe, isSameCard: true),
            Sharing = SharingRules.Apply(change.Sharing, before.Sharing),
            UpdatedAt = now,
            Requests = MarksWith(before, change.Mark),
        };
        if (!change.CardPatch.IsEmpty)
        {
            var (bytes, card) = rules.Check(JsonMerge.Apply(before.Card, change.CardPatch).Utf8);
            CheckJudged(change.Judgement, before.Owner, bytes == before.Card);
            after = after with
            {
                Card = bytes,
                Reach = card.Reach,
                Source = null,
                Probe = ProbeChange.Apply(change.Probe, before.Probe, isSameCard: bytes == before.Card),
                Signature = SignatureOf(change, before, bytes),
                Stamp = CardStamps.Next(before, bytes, subject, now),
                ExtensionOrigins = OriginsFor(ExtensionOrigins.For(card, id, now, change.KnownOrigins), before),
            };
        }

        if (!change.CardPatch.IsEmpty || change.Delivery is not null)
        {
            AgentRules.CheckDelivery(after.Delivery, after.Reach);
        }

        after = LifeCycleRules.Apply(after, before, change.LifeCycle, change.Deprecation);
        return change.Credentials is null ? after : after with { Credentials = ForwardingRules.Bind(change.Credentials, after.Card) };
    });

    public async Task<long> Remove(WriteCondition condition, string? subject = null)
    {
        if (!await ExistsOrReloadAsync())
        {
            throw NotFound();
        }

        await CheckCurrentAsync(condition);
        if (!state.RecordExists)
        {
            throw NotFound();
        }

        Access.DemandOwner(id, Current?.Owner ?? state.Unreadable?.Owner, subject, "remove it");
        return await ClearAsync();
    }

    public async Task<AgentRecord?> Get() => await ExistsOrReloadAsync() && Readable() is { } agent ? ReplacedCards.Without(agent) : null;

    /// <summary>Removes what is stored. The activation ends, whatever comes of it.</summary>
    private async Task<long> ClearAsync()
    {
        DeactivateOnIdle();
        var agent = Current;
        await state.ClearAsync();
        await versions.RemoveAllAsync(tenant, id);
        if (agent?.Vectors is { } given)
        {
            await givenVectors.RemoveAsync(GivenVectors.KeyOf(agent, given));
        }

        return state.Version;
    }

    private AgentRecord? Current => state is { RecordExists: true, Unreadable: null } ? state.State.Agent : null;

    /// <summary>Whether the storage went back, or is another one, since the state was read.</summary>
    private bool IsOfOldHistory => history != storage.CurrentHistory;

    private Task ReloadAsync()
    {
        history = storage.CurrentHistory;
        return state.ReadAsync();
    }

    /// <summary>
    /// A batch registers new agents under the grains, so absence is read again before it is believed. So is a record that cannot be read: it may be
    /// repaired.
    /// </summary>
    private async ValueTask<bool> ExistsOrReloadAsync()
    {
        if (Current is not null && !IsOfOldHistory)
        {
            return true;
        }

        await ReloadAsync();
        if (Current is null)
        {
            DeactivateOnIdle();
        }

        return state.RecordExists;
    }

    private AgentRecord? Readable() => state.Unreadable is { } unreadable ? throw unreadable.Refusal() : Current;

    /// <param name="mark">Of a request that is to be carried out once; null where it has no key.</param>
    /// <param name="creates">False where there must be an agent.</param>
    /// <param name="force">A new card is taken whatever the agent's policy says.</param>
    private async Task<AgentWritten> WriteAsync(
        WriteCondition condition, RequestMark? mark, bool creates, Func<AgentRecord?, AgentRecord> change, bool force = false)
    {
        // Absence that is believed in vain costs a plain put one more try, but would refuse a write that expects an agent.
        if (!creates || condition.DemandsAgent || IsOfOldHistory)
        {
            await ExistsOrReloadAsync();
        }

        if (mark is not null && await RepeatedAsync(mark) is { } repeated)
        {
            return repeated;
        }

        CheckFound();
        await CheckCurrentAsync(condition);
        CheckFound();
        var before = creates ? Current : Readable();
        var isNew = !state.RecordExists;
        var committed = state.State.Agent;
        var after = change(before);
        var breaks = CompatibilityRules.Compare(before, after.Card, force);
        var kept = new KeptCards(after.Replaced);
        try
        {
            if (breaks is not null)
            {
                kept = await versions.KeepAsync(before!, after);
            }

            state.State.Agent = after with { Replaced = kept.Replaced };
            await state.WriteAsync();
        }
        catch
        {
            // Perhaps it was stored all the same: the next activation starts from what is.
            state.State.Agent = committed;
            DeactivateOnIdle();
            throw;
        }

        var written = state.State.Agent with { Revision = state.Version };
        state.State.Agent = written;
        if (breaks is not null)
        {
            BeginPruning(kept);
        }

        var was = before is null ? null : new AgentBefore(before.Owner, AgentCard.ProviderOf(before.Card));
        return new AgentWritten(ReplacedCards.Without(written), isNew, was)
        {
            Breaks = breaks,
        };

        void CheckFound()
        {
            if (!creates && !state.RecordExists)
            {
                throw NotFound();
            }
        }
    }

    /// <summary>Checks the condition. Before it is refused the state is read again: another silo may have changed it.</summary>
    private async ValueTask CheckCurrentAsync(WriteCondition condition)
    {
        if (!Holds(condition))
        {
            await state.ReadAsync();
            if (!Holds(condition))
            {
                throw Conflict(condition);
            }
        }
    }

    private bool Holds(WriteCondition condition) => condition.Holds(state.RecordExists ? state.Version : null);

    private RegistryException Conflict(WriteCondition condition)
    {
        var found = state.RecordExists ? $"is registered, with revision {state.Version}" : "is not registered";
        return new RegistryException(RegistryError.Conflict, $"Agent '{id}' {found}; {condition} was expected.");
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
