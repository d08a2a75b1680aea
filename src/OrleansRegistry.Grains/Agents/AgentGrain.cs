using System.Globalization;
using Orleans.Runtime;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

internal sealed class AgentGrain(
    [PersistentState(AgentGrainNames.StateName, AgentGrainNames.StorageName)] IPersistentState<AgentState> state,
    AgentRules rules,
    TimeProvider time) : Grain, IAgentGrain
{
    private string tenant = "";
    private string id = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (tenant, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<AgentWritten> Put(AgentPut put)
    {
        // Absence that is believed in vain costs a plain write one more try, but would refuse a write that expects a revision.
        var before = put.Condition.IfRevision is null ? Current : await CurrentOrReload();
        before = await Checked(put.Condition, before);
        var now = time.GetUtcMilliseconds();
        var after = new AgentRecord
        {
            Tenant = tenant,
            Id = id,
            // The same card again, as most registrations of a known agent are: one copy of it is enough.
            Card = before is not null && before.Card == put.Card ? before.Card : put.Card,
            Enabled = put.Enabled ?? before?.Enabled ?? true,
            CreatedAt = before?.CreatedAt ?? now,
            UpdatedAt = now,
            ExtensionOrigins = OriginsFor(put.Origins, before),
            Reading = put.Reading,
        };
        return new AgentWritten(await Write(after), before is null);
    }

    public async Task<AgentWritten> Patch(AgentChange change)
    {
        var before = await CurrentOrReload() ?? throw NotFound();
        before = await Checked(change.Condition, before) ?? throw NotFound();
        var now = time.GetUtcMilliseconds();
        var after = before with { Enabled = change.Enabled ?? before.Enabled, UpdatedAt = now };
        if (!change.CardPatch.IsEmpty)
        {
            var (bytes, card) = rules.Check(JsonMerge.Apply(before.Card, change.CardPatch).Utf8);
            after = after with { Card = bytes, Reading = card, ExtensionOrigins = OriginsFor(ExtensionOrigins.For(card, id, now, change.KnownOrigins), before) };
        }

        return new AgentWritten(await Write(after), Created: false);
    }

    public async Task<long> Remove(WriteCondition condition)
    {
        var before = await CurrentOrReload() ?? throw NotFound();
        _ = await Checked(condition, before) ?? throw NotFound();
        try
        {
            await state.ClearStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }

        DeactivateOnIdle();
        return Revision();
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

        await state.ReadStateAsync();
        if (Current is null)
        {
            DeactivateOnIdle();
        }

        return Current;
    }

    private async Task<AgentRecord> Write(AgentRecord after)
    {
        var committed = state.State;
        state.State = new AgentState { Agent = after };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // Perhaps it was stored all the same: the next activation starts from what is.
            state.State = committed;
            DeactivateOnIdle();
            throw;
        }

        var written = after with { Revision = Revision(), Reading = null };
        state.State.Agent = written;
        return written;
    }

    /// <summary>What the condition holds for. Before a condition is refused the state is read again: another silo may have changed it.</summary>
    private async ValueTask<AgentRecord?> Checked(WriteCondition condition, AgentRecord? before)
    {
        if (!Holds(condition, before))
        {
            await state.ReadStateAsync();
            before = Current;
            Check(condition, before);
        }

        return before;
    }

    private bool Holds(WriteCondition condition, AgentRecord? before) =>
        !(condition.IfAbsent && before is not null)
        && (condition.IfRevision is not { } expected || (before is not null && expected == Revision()));

    private void Check(WriteCondition condition, AgentRecord? before)
    {
        if (Holds(condition, before))
        {
            return;
        }

        if (condition.IfAbsent && before is not null)
        {
            throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' is registered already, with revision {Revision()}.");
        }

        var found = before is null ? "is not registered" : $"has revision {Revision()}";
        throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' {found}; revision {condition.IfRevision} was expected.");
    }

    /// <summary>An extension that the agent declared before keeps the origin that it had then.</summary>
    private static IReadOnlyList<ExtensionOrigin> OriginsFor(IReadOnlyList<ExtensionOrigin> known, AgentRecord? before) =>
        before is null ? known : ExtensionOrigins.Keep(known, before.ExtensionOrigins);

    private long Revision() => long.Parse(state.Etag!, CultureInfo.InvariantCulture);

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Agent not found", "agent_id");
}
