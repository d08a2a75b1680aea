using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

[GrainType("registry.agent")]
internal sealed class AgentGrain : Grain, IAgentGrain
{
    private readonly KeptState<AgentState> state;
    private readonly AgentRules rules;
    private readonly TimeProvider time;
    private string tenant = "";
    private string id = "";

    public AgentGrain([FromKeyedServices(AgentGrainNames.StorageName)] IGrainStorage storage, AgentRules rules, [RegistryTime] TimeProvider time)
    {
        (this.rules, this.time) = (rules, time);
        state = new KeptState<AgentState>(storage, AgentGrainNames.StateName, GrainContext.GrainId);
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (tenant, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return state.Read();
    }

    public Task<AgentWritten> Put(AgentPut put) => Write(put.Condition, put.Mark, creates: true, before =>
    {
        var now = time.GetUtcMilliseconds();
        DemandOwner(before, put.Subject, put.Workers);
        var agent = new AgentRecord
        {
            Tenant = tenant,
            Id = id,
            Card = put.Card,
            Enabled = put.Enabled ?? before?.Enabled ?? true,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
            ExtensionOrigins = OriginsFor(put.Origins, before),
            Owner = before?.Owner ?? put.Subject,
            Workers = put.Workers ?? before?.Workers ?? [],
            Requests = MarksWith(before, put.Mark),
        };
        return new AgentWrite(agent, put.Reading);
    });

    public Task<AgentWritten> Patch(AgentChange change) => Write(change.Condition, change.Mark, creates: false, before =>
    {
        var now = time.GetUtcMilliseconds();
        DemandOwner(before, change.Subject, change.Workers);
        var after = before! with
        {
            Enabled = change.Enabled ?? before.Enabled,
            Workers = change.Workers ?? before.Workers,
            UpdatedAt = now,
            Requests = MarksWith(before, change.Mark),
        };
        if (change.CardPatch.IsEmpty)
        {
            return new AgentWrite(after);
        }

        var (bytes, card) = rules.Check(JsonMerge.Apply(before.Card, change.CardPatch).Utf8);
        return new AgentWrite(after with { Card = bytes, ExtensionOrigins = OriginsFor(ExtensionOrigins.For(card, id, now, change.KnownOrigins), before) }, card);
    });

    public async Task<long> Remove(WriteCondition condition, string? subject = null)
    {
        var before = await CurrentOrReload() ?? throw NotFound();
        before = await Checked(condition, before) ?? throw NotFound();
        AgentWorkers.DemandOwner(before, subject, "remove it");
        try
        {
            await state.Clear();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }

        DeactivateOnIdle();
        return state.Version;
    }

    public Task<AgentRecord?> Get() => CurrentOrReload().AsTask();

    private AgentRecord? Current => state.RecordExists ? state.State.Agent : null;

    /// <summary>A batch registers new agents under the grains, so absence is read again before it is believed.</summary>
    private async ValueTask<AgentRecord?> CurrentOrReload()
    {
        if (Current is { } agent)
        {
            return agent;
        }

        await state.Read();
        if (Current is null)
        {
            DeactivateOnIdle();
        }

        return Current;
    }

    /// <param name="mark">Of a request that is to be carried out once; null where it has no key.</param>
    /// <param name="creates">False where there must be an agent.</param>
    private async Task<AgentWritten> Write(WriteCondition condition, RequestMark? mark, bool creates, Func<AgentRecord?, AgentWrite> change)
    {
        // Absence that is believed in vain costs a plain put one more try, but would refuse a write that expects an agent.
        var before = creates && condition.IfRevision is null ? Current : await CurrentOrReload();
        if (mark is not null && await Repeated(mark) is { } repeated)
        {
            return repeated;
        }

        before = mark is null ? before : Current;
        before = Found(await Checked(condition, Found(before)));
        var writing = change(before);
        var committed = state.State.Agent;
        (state.State.Agent, state.State.Writing) = (writing.Agent, writing);
        try
        {
            await state.Write();
        }
        catch
        {
            // Perhaps it was stored all the same: the next activation starts from what is.
            (state.State.Agent, state.State.Writing) = (committed, null);
            DeactivateOnIdle();
            throw;
        }

        var written = writing.At(state.Version);
        (state.State.Agent, state.State.Writing) = (written, null);
        return new AgentWritten(written, before is null, before is null ? null : new AgentBefore(before.Owner, AgentCard.ProviderOf(before.Card)));

        AgentRecord? Found(AgentRecord? agent) => creates || agent is not null ? agent : throw NotFound();
    }

    /// <summary>The agent as it is, where this request was carried out before; null where it was not.</summary>
    private async Task<AgentWritten?> Repeated(RequestMark mark)
    {
        if (RequestMarks.Find(Current?.Requests, mark.Key, time.GetUtcNow()) is null)
        {
            // Another silo may have carried it out.
            await state.Read();
        }

        if (RequestMarks.Find(Current?.Requests, mark.Key, time.GetUtcNow()) is not { } known)
        {
            return null;
        }

        RequestMarks.Check(known, mark.Print);
        return new AgentWritten(Current!, Created: false) { Repeated = true };
    }

    private static IReadOnlyList<RequestMark> MarksWith(AgentRecord? before, RequestMark? mark) =>
        mark is null ? before?.Requests ?? [] : RequestMarks.Add(before?.Requests, mark);

    /// <summary>What the condition holds for. Before a condition is refused the state is read again: another silo may have changed it.</summary>
    private async ValueTask<AgentRecord?> Checked(WriteCondition condition, AgentRecord? before)
    {
        if (!Holds(condition, before))
        {
            await state.Read();
            before = Current;
            Check(condition, before);
        }

        return before;
    }

    private bool Holds(WriteCondition condition, AgentRecord? before) =>
        !(condition.IfAbsent && before is not null)
        && (condition.IfRevision is not { } expected || (before is not null && expected == state.Version));

    private void Check(WriteCondition condition, AgentRecord? before)
    {
        if (Holds(condition, before))
        {
            return;
        }

        if (condition.IfAbsent && before is not null)
        {
            throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' is registered already, with revision {state.Version}.");
        }

        var found = before is null ? "is not registered" : $"has revision {state.Version}";
        throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' {found}; revision {condition.IfRevision} was expected.");
    }

    private static void DemandOwner(AgentRecord? before, string? subject, IReadOnlyList<string>? workers)
    {
        if (before is not null && workers is not null)
        {
            AgentWorkers.DemandOwner(before, subject, "name its workers", "workers");
        }
    }

    /// <summary>An extension that the agent declared before keeps the origin that it had then.</summary>
    private static IReadOnlyList<ExtensionOrigin> OriginsFor(IReadOnlyList<ExtensionOrigin> known, AgentRecord? before) =>
        before is null ? known : ExtensionOrigins.Keep(known, before.ExtensionOrigins);

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
