using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Agents.Versions;

/// <summary>
/// Keeps the cards that agents had. A card is stored before the agent's record that replaces it: a process that ends in between leaves a record that
/// nobody is shown, as its number is that of the card that the agent still has, and that the next change finds to be right, or writes anew.
/// </summary>
internal sealed partial class AgentVersionStore(
    IRecordStore store, AgentVersionOptions options, UnreadableRecords faulty, [RegistryTime] TimeProvider time, ILogger<AgentVersionStore> logger)
{
    private const int Batch = 16;

    /// <summary>So many changes of a card are followed by one look at what is to go: each look costs more than it removes.</summary>
    private const int MostChangesBetween = 8;

    /// <summary>Keeps the card that an agent has, as it is about to be replaced.</summary>
    /// <exception cref="InconsistentStateException">The agent is not as its grain believes: it is to read it again.</exception>
    /// <exception cref="RegistryException">The store takes no writes.</exception>
    public async Task KeepAsync(AgentRecord agent)
    {
        if (options.Kept == 0 && !agent.Labels.Any(label => label.Number == agent.VersionNumber))
        {
            return;
        }

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

    /// <summary>The version of that number; null where it is not kept.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public async Task<StoredVersion?> FindAsync(AgentRecord agent, long number, CancellationToken cancellationToken = default)
    {
        var stored = number < 1 || number >= agent.VersionNumber
            ? null
            : await store.ReadAsync(AgentVersionKind.Kind, AgentVersionKind.KeyOf(agent.Tenant, agent.Id, number), cancellationToken);
        return stored is not null && AgentVersionKind.Read(stored) is var version && IsOf(version, agent) ? version : null;
    }

    /// <summary>The newest version whose card says that it is this one; null where none does.</summary>
    public async Task<StoredVersion?> FindAsync(AgentRecord agent, string cardVersion, CancellationToken cancellationToken)
    {
        var query = Of(agent, agent.VersionNumber).And(AgentVersionKind.CardVersion.Is(cardVersion));
        return await ReadAsync(query, 1, cancellationToken) is [var newest] ? newest : null;
    }

    /// <summary>An agent's versions before that of a number, newest first. Those that cannot be read are left out.</summary>
    public Task<IReadOnlyList<StoredVersion>> ListAsync(AgentRecord agent, long before, int limit, CancellationToken cancellationToken) =>
        ReadAsync(Of(agent, Math.Min(before, agent.VersionNumber)), limit, cancellationToken);

    /// <summary>
    /// Whether it is time to prune. By number alone versions go several at once, so that there may be some more than are kept; by age at each change.
    /// </summary>
    /// <param name="changes">How often the card was changed by this activation.</param>
    public bool IsTimeToPrune(AgentRecord agent, long changes) =>
        options.AgeDays > 0
        || (agent.VersionNumber - 1 > options.Kept && changes % Math.Clamp(options.Kept / 2, 1, MostChangesBetween) == 0);

    /// <summary>Removes what is not to be kept any longer. What fails is left to the next time.</summary>
    /// <param name="isHeld">Whether a version is to stay whatever its number and age.</param>
    public async Task PruneAsync(AgentRecord agent, Func<long, bool> isHeld)
    {
        try
        {
            await RemoveAsync(OfId(agent.Tenant, agent.Id).And(IsNoDraft), (version, next) => IsOver(agent, version, next), isHeld);
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

    private static bool IsOf(StoredVersion version, AgentRecord agent) =>
        version.RegisteredAt == agent.CreatedAt && version.AgentId == agent.Id && version.Tenant == agent.Tenant;

    private static RecordQuery OfId(string tenant, string agentId) =>
        new RecordQuery(AgentVersionKind.Kind, tenant) { OldestFirst = true }.And(AgentVersionKind.AgentId.Is(agentId));

    /// <summary>Newest first, without what an agent of that id left that was removed before, or a change that was not finished.</summary>
    private static RecordQuery Of(AgentRecord agent, long before) => new RecordQuery(AgentVersionKind.Kind, agent.Tenant).And(
        AgentVersionKind.AgentId.Is(agent.Id),
        IsNoDraft,
        AgentVersionKind.Number.IsBefore(before),
        AgentVersionKind.RegisteredAt.IsFrom(agent.CreatedAt),
        AgentVersionKind.RegisteredAt.IsBefore(agent.CreatedAt.AddMilliseconds(1)));

    /// <summary>Up to so many that can be read: those that cannot hide none that are older.</summary>
    private async Task<IReadOnlyList<StoredVersion>> ReadAsync(RecordQuery query, int limit, CancellationToken cancellationToken)
    {
        var versions = new List<StoredVersion>();
        RecordPosition? after = null;
        while (versions.Count < limit)
        {
            var asked = limit - versions.Count;
            var found = await store.QueryAsync(query, after, asked, cancellationToken);
            versions.AddRange(
                found.Select(listed => faulty.TryRead(AgentVersionKind.Kind, listed.Record, AgentVersionKind.Read)).OfType<StoredVersion>());
            if (found.Count < asked)
            {
                break;
            }

            after = found[^1].Position;
        }

        return versions;
    }

    /// <param name="replacedAt">Null where it is not known.</param>
    private bool IsOver(AgentRecord agent, StoredVersion version, DateTimeOffset? replacedAt)
    {
        if (version.RegisteredAt != agent.CreatedAt)
        {
            return version.RegisteredAt < agent.CreatedAt;
        }

        return version.Stamp.Number < agent.VersionNumber - options.Kept
            || (options.AgeDays > 0 && replacedAt < time.GetUtcNow().AddDays(-options.AgeDays));
    }

    /// <summary>Removes versions from the oldest on, up to the first that is not to go.</summary>
    private async Task RemoveAsync(RecordQuery query, Func<StoredVersion, DateTimeOffset?, bool> isOver, Func<long, bool> isHeld)
    {
        RecordPosition? after = null;
        while (true)
        {
            var found = await store.QueryAsync(query, after, Batch);
            var deletions = new List<Task>();
            var isEnd = found.Count < Batch;
            for (var i = 0; i < found.Count; i++)
            {
                var replacedAt = i + 1 < found.Count ? found[i + 1].Position.At : (DateTimeOffset?)null;
                var version = faulty.TryRead(AgentVersionKind.Kind, found[i].Record, AgentVersionKind.Read);
                if (version is not null && !isOver(version, replacedAt))
                {
                    isEnd = true;
                    break;
                }

                if (version is not null && !isHeld(version.Stamp.Number))
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
