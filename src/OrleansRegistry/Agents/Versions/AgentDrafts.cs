using Orleans.Storage;

namespace OrleansRegistry.Agents.Versions;

/// <summary>
/// Drafts of agents' cards: records as versions are, with the number 0, which no list of versions shows. Published, a draft becomes the agent's card first
/// and goes then: what ends in between leaves a draft that changes nothing once it is published again.
/// </summary>
internal sealed class AgentDrafts(
    AgentRegistry agents, IRecordStore store, AgentRules rules, [RegistryTime] TimeProvider time) : IAgentDrafts
{
    private const int Attempts = 5;

    /// <summary>What a request to publish a draft is told from others by.</summary>
    public static RequestFingerprint PrintOf(bool force) => new RequestFingerprint("publish").Add("force", force ? "true" : null);

    public async Task<AgentDraft> PutAsync(
        Caller caller, string agentId, ReadOnlyMemory<byte> card, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckCaller(caller);
        var (bytes, read) = rules.Check(card);
        var agent = await GetAgentAsync(caller, agentId, "write drafts of its card", cancellationToken);
        var stamp = new CardStamp(AgentVersionKind.DraftNumber, time.GetUtcMilliseconds(), caller.Subject);
        var draft = new StoredVersion(agent.Tenant, agent.Id, agent.CreatedAt, stamp, AgentVersionKind.VersionOf(bytes), bytes);
        await WriteAsync(draft, cancellationToken);
        return Shown(agent, draft, read.Warnings);
    }

    public async Task<AgentDraft> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        var agent = await GetAgentAsync(caller, agentId, "read drafts of its card", cancellationToken);
        var (draft, _) = await FindAsync(agent, cancellationToken);
        return Shown(agent, draft, AgentCard.Read(draft.Card).Warnings);
    }

    public async Task RemoveAsync(Caller caller, string agentId, CancellationToken cancellationToken = default)
    {
        var agent = await GetAgentAsync(caller, agentId, "remove drafts of its card", cancellationToken);
        var (_, version) = await FindAsync(agent, cancellationToken);
        if (!await TryDeleteAsync(agent, version, cancellationToken))
        {
            throw new RegistryException(RegistryError.Conflict, $"The draft of agent '{agentId}' was written anew meanwhile.", "draft");
        }
    }

    public async Task<AgentWriteResult> PublishAsync(
        Caller caller, string agentId, WriteCondition condition = default, bool force = false, CancellationToken cancellationToken = default)
    {
        var agent = await GetAgentAsync(caller, agentId, "publish drafts of its card", cancellationToken);
        if (await TryFindAsync(agent, cancellationToken) is not { } found)
        {
            return await FindPublishedAsync(caller, agent, force, cancellationToken) ?? throw NoDraft(agent);
        }

        var (draft, version) = found;
        var registration = new AgentRegistration(draft.Card.Utf8, agentId, Condition: condition with { IfExists = true })
        {
            Force = force,
            PublishesDraft = true,
        };
        var written = await agents.RegisterAsync(caller, registration, cancellationToken);
        if (written.Review is not null)
        {
            return written;
        }

        try
        {
            // One that was written meanwhile stays.
            await TryDeleteAsync(agent, version, CancellationToken.None);
        }
        catch (RegistryException)
        {
            // It is published all the same, and changes nothing if it is once more.
        }

        return written;
    }

    private static RecordKey KeyOf(AgentRecord agent) => AgentVersionKind.KeyOf(agent.Tenant, agent.Id, AgentVersionKind.DraftNumber);

    private static AgentDraft Shown(AgentRecord agent, StoredVersion draft, IReadOnlyList<CardWarning> warnings) =>
        new(agent.Id, draft.Card, draft.Stamp.At, draft.Stamp.By, warnings, CardCompatibility.Of(agent.Card, draft.Card));

    private static RegistryException NoDraft(AgentRecord agent) =>
        new(RegistryError.NotFound, $"Agent '{agent.Id}' has no draft.", "draft");

    private static RegistryException Unknown(RecordOutcomeUnknownException unknown) =>
        new(RegistryError.Unavailable, $"{unknown.Message} The change may have happened.", innerException: unknown)
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    private async Task<AgentRecord> GetAgentAsync(Caller caller, string agentId, string act, CancellationToken cancellationToken)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(agentId);
        var agent = await agents.GetAsync(caller, agentId, ReadConsistency.Strong, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
        Access.DemandOwner(agentId, agent.Owner, caller.Subject, act, "draft");
        return agent;
    }

    /// <summary>The agent as it is, where this caller's request was carried out before; null where it was not. The draft is gone since.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.KeyReused"/>: it was another request.</exception>
    private async Task<AgentWriteResult?> FindPublishedAsync(Caller caller, AgentRecord agent, bool force, CancellationToken cancellationToken)
    {
        if (caller.IdempotencyKey is null
            || await agents.GetAsync(caller, agent.Id, ReadConsistency.Strong, cancellationToken) is not { } now
            || RequestMarks.Find(now.Requests, caller, time.GetUtcNow()) is not { } known)
        {
            return null;
        }

        RequestMarks.Check(known, PrintOf(force));

        var card = AgentCard.Read(now.Card);
        return new AgentWriteResult(now, Created: false, card.Warnings, card.Extensions.Count) { Repeated = true };
    }

    private async Task<(StoredVersion Draft, long Version)> FindAsync(AgentRecord agent, CancellationToken cancellationToken) =>
        await TryFindAsync(agent, cancellationToken) ?? throw NoDraft(agent);

    /// <summary>The draft, and the version of its record; null where there is none.</summary>
    private async Task<(StoredVersion Draft, long Version)?> TryFindAsync(AgentRecord agent, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(AgentVersionKind.Kind, KeyOf(agent), cancellationToken);
        return stored is not null && AgentVersionKind.Read(stored) is var draft && draft.RegisteredAt == agent.CreatedAt
            ? (draft, stored.Version)
            : null;
    }

    private async Task WriteAsync(StoredVersion draft, CancellationToken cancellationToken)
    {
        var key = AgentVersionKind.KeyOf(draft.Tenant, draft.AgentId, AgentVersionKind.DraftNumber);
        for (var attempt = 1; ; attempt++)
        {
            var there = await store.ReadAsync(AgentVersionKind.Kind, key, cancellationToken);
            try
            {
                await store.WriteAsync(AgentVersionKind.Kind, key, there?.Version ?? 0, AgentVersionKind.Write(draft), cancellationToken);
                return;
            }
            catch (InconsistentStateException) when (attempt < Attempts)
            {
                // Another draft came first; this one is newer.
            }
            catch (InconsistentStateException)
            {
                throw new RegistryException(RegistryError.Conflict, $"Drafts of agent '{draft.AgentId}' are written by others just now.", "draft");
            }
            catch (RecordOutcomeUnknownException unknown)
            {
                throw Unknown(unknown);
            }
        }
    }

    private async Task<bool> TryDeleteAsync(AgentRecord agent, long version, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(AgentVersionKind.Kind, KeyOf(agent), version, cancellationToken);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            throw Unknown(unknown);
        }
    }
}
