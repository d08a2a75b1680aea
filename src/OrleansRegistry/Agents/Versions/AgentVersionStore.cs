using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Agents.Versions;

/// <summary>What is kept of the cards that an agent had, as another takes the place of the newest.</summary>
/// <param name="Replaced">Those that go with the agent's own record.</param>
/// <param name="IsTimeToPrune">Whether there may be some in the store that are not to be kept any longer.</param>
internal readonly record struct KeptCards(IReadOnlyList<ReplacedCard> Replaced, bool IsTimeToPrune = false);

/// <summary>
/// Keeps the cards that agents had. The last are in the agent's own record. Where they become too many, they are stored as a record of their own before
/// the agent's is written without them: a process that ends in between leaves a record that nobody is shown, as its number is that of the card that the
/// agent still has, and that the next change finds to be right, or writes anew.
/// </summary>
internal sealed partial class AgentVersionStore(
    IRecordStore store, AgentVersionReader reader, VersionRetention retention, UnreadableRecords faulty, ILogger<AgentVersionStore> logger)
{
    private const int Batch = 16;

    /// <summary>Keeps the card that an agent has, as it is about to be replaced.</summary>
    /// <exception cref="InconsistentStateException">The agent is not as its grain believes: it is to read it again.</exception>
    /// <exception cref="RegistryException">The store takes no writes.</exception>
    public async Task<KeptCards> KeepAsync(AgentRecord before, AgentRecord after)
    {
        var had = ReplacedCards.Before(before.Replaced, before.VersionNumber);
        var replaced = retention.WithoutOver([.. had, ReplacedCards.Of(before, after.Card)], after);
        if (ReplacedCards.Fit(replaced))
        {
            return new KeptCards(replaced, retention.IsByAge);
        }

        await StoreAsync(before);
        return new KeptCards([], IsTimeToPrune: true);
    }

    /// <inheritdoc cref="AgentVersionReader.FindAsync(AgentRecord, long, CancellationToken)"/>
    public Task<StoredVersion?> FindAsync(AgentRecord agent, long number) => reader.FindAsync(agent, number);

    /// <inheritdoc cref="VersionRetention.MayHaveOver"/>
    public bool MayHaveOver(AgentRecord agent) => retention.MayHaveOver(agent);

    /// <summary>Removes what is not to be kept any longer. What fails is left to the next time.</summary>
    /// <param name="isHeld">Whether a version is to stay whatever its number and age.</param>
    public async Task PruneAsync(AgentRecord agent, Func<long, bool> isHeld)
    {
        try
        {
            await RemoveAsync(
                OfId(agent.Tenant, agent.Id).And(IsNoDraft),
                (version, replacedAt) => retention.IsOver(agent, version, replacedAt ?? OldestIn(agent)),
                isHeld);
        }
#pragma warning disable CA1031 // The write that this follows is done, and the next one tries again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotPruned(logger, fault, LogText.Id(agent.Id));
        }
    }

    /// <summary>Removes all versions of an agent that is removed, and its draft.</summary>
    public async Task RemoveAllAsync(string tenant, string agentId)
    {
        try
        {
            await RemoveAsync(OfId(tenant, agentId), (_, _) => true, _ => false);
        }
#pragma warning disable CA1031 // The agent is gone; what is left is of no agent, and not shown.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotPruned(logger, fault, LogText.Id(agentId));
        }
    }

    private static RecordCondition IsNoDraft => AgentVersionKind.Number.IsFrom(AgentVersionKind.DraftNumber + 1);

    private static RecordQuery OfId(string tenant, string agentId) =>
        new RecordQuery(AgentVersionKind.Kind, tenant) { OldestFirst = true }.And(AgentVersionKind.AgentId.Is(agentId));

    /// <summary>When the newest of the other records was replaced.</summary>
    private static DateTimeOffset OldestIn(AgentRecord agent) => (agent.Replaced is [var oldest, ..] ? oldest.Stamp : CardStamps.Of(agent)).At;

    /// <summary>Removes records from the oldest on, up to the first whose newest version is not to go.</summary>
    private async Task RemoveAsync(RecordQuery query, Func<StoredVersion, DateTimeOffset?, bool> isOver, Func<long, bool> isHeld)
    {
        RecordPosition? after = null;
        while (true)
        {
            var found = await store.QueryAsync(query, after, Batch);
            var records = found.Select(listed => faulty.TryRead(AgentVersionKind.Kind, listed.Record, AgentVersionKind.Read)).ToList();
            var deletions = new List<Task>();
            var isEnd = found.Count < Batch;
            for (var i = 0; i < found.Count; i++)
            {
                var replacedAt = i + 1 < found.Count ? records[i + 1]?.Stamps[0].At ?? found[i + 1].Position.At
                    : isEnd ? (DateTimeOffset?)null : DateTimeOffset.MaxValue;
                if (records[i] is { } record && !isOver(record, replacedAt))
                {
                    isEnd = true;
                    break;
                }

                if (records[i]?.Stamps.Any(stamp => isHeld(stamp.Number)) == false)
                {
                    deletions.Add(DeleteAsync(found[i].Record));
                }
            }

            await Task.WhenAll(deletions);
            if (isEnd)
            {
                return;
            }

            after = found[^1].Position;
        }
    }

    private async Task DeleteAsync(StoredRecord stored)
    {
        try
        {
            await store.DeleteAsync(AgentVersionKind.Kind, stored.Key, stored.Version);
        }
        catch (InconsistentStateException)
        {
            // Another one removes it, or has written it anew.
        }
    }

    /// <summary>Stores the card that an agent has, and those before it that are in its record.</summary>
    private async Task StoreAsync(AgentRecord agent)
    {
        var key = AgentVersionKind.KeyOf(agent.Tenant, agent.Id, agent.VersionNumber);
        var body = AgentVersionKind.Write(AgentVersionKind.Of(agent));
        try
        {
            await WriteAsync(key, 0, body);
        }
        catch (InconsistentStateException)
        {
            var there = await store.ReadAsync(AgentVersionKind.Kind, key);
            if (there?.Body != body)
            {
                await DemandCurrentAsync(agent);
                await WriteAsync(key, there?.Version ?? 0, body);
            }
        }
    }

    private async Task WriteAsync(RecordKey key, long expectedVersion, RecordBody body)
    {
        try
        {
            await store.WriteAsync(AgentVersionKind.Kind, key, expectedVersion, body);
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            throw new RegistryException(RegistryError.Unavailable, $"{unknown.Message} The agent was not changed.", innerException: unknown)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    /// <summary>Where another card has the number, this agent may be one that was removed meanwhile, and its grain be the last to know.</summary>
    private async Task DemandCurrentAsync(AgentRecord agent)
    {
        var head = await store.ReadAsync(AgentKind.Kind, new RecordKey(agent.Tenant, agent.Id));
        if (head?.Version != agent.Revision)
        {
            throw new InconsistentStateException($"Agent '{agent.Id}' has another revision than {agent.Revision} by now.");
        }
    }

    [LoggerMessage(LogLevel.Warning, "Older versions of agent {Agent} could not be removed; its next change tries again.")]
    private static partial void LogNotPruned(ILogger logger, Exception fault, string agent);
}
