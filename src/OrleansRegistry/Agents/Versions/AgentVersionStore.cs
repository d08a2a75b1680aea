using System.Runtime.CompilerServices;
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
    IRecordStore store, AgentVersionOptions options, UnreadableRecords faulty, [RegistryTime] TimeProvider time, ILogger<AgentVersionStore> logger)
{
    private const int Batch = 16;

    /// <summary>Keeps the card that an agent has, as it is about to be replaced.</summary>
    /// <exception cref="InconsistentStateException">The agent is not as its grain believes: it is to read it again.</exception>
    /// <exception cref="RegistryException">The store takes no writes.</exception>
    public async Task<KeptCards> KeepAsync(AgentRecord before, AgentRecord after)
    {
        var replaced = WithoutOver([.. before.Replaced, ReplacedCards.Of(before, after.Card)], after);
        if (ReplacedCards.Fit(replaced))
        {
            return new KeptCards(replaced, options.AgeDays > 0);
        }

        await StoreAsync(before);
        return new KeptCards([], IsTimeToPrune: true);
    }

    /// <summary>Whether an agent may have had more versions than are kept.</summary>
    public bool MayHaveOver(AgentRecord agent) => agent.VersionNumber - 1 > options.Kept;

    /// <summary>The version of that number; null where it is not kept.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public async Task<StoredVersion?> FindAsync(AgentRecord agent, long number, CancellationToken cancellationToken = default)
    {
        if (number < 1 || number >= agent.VersionNumber)
        {
            return null;
        }

        var faults = new List<RegistryException>();
        await foreach (var version in ReadAsync(agent, number + 1, faults, cancellationToken))
        {
            if (version.Stamp.Number == number)
            {
                return version;
            }

            break;
        }

        return faults.Count == 0 ? null : throw faults[0];
    }

    /// <summary>The newest version whose card says that it is this one; null where none does.</summary>
    public async Task<StoredVersion?> FindAsync(AgentRecord agent, string cardVersion, CancellationToken cancellationToken)
    {
        await foreach (var version in ReadAsync(agent, agent.VersionNumber, [], cancellationToken))
        {
            if (version.CardVersion == cardVersion)
            {
                return version;
            }
        }

        return null;
    }

    /// <summary>An agent's versions before that of a number, newest first. Those that cannot be read are left out.</summary>
    public async Task<IReadOnlyList<StoredVersion>> ListAsync(AgentRecord agent, long before, int limit, CancellationToken cancellationToken)
    {
        var versions = new List<StoredVersion>();
        await foreach (var version in ReadAsync(agent, Math.Min(before, agent.VersionNumber), [], cancellationToken))
        {
            if (versions.Count == limit)
            {
                break;
            }

            versions.Add(version);
        }

        return versions;
    }

    /// <summary>Removes what is not to be kept any longer. What fails is left to the next time.</summary>
    /// <param name="isHeld">Whether a version is to stay whatever its number and age.</param>
    public async Task PruneAsync(AgentRecord agent, Func<long, bool> isHeld)
    {
        try
        {
            await RemoveAsync(
                OfId(agent.Tenant, agent.Id).And(IsNoDraft), (version, replacedAt) => IsOver(agent, version, replacedAt ?? OldestIn(agent)), isHeld);
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

    /// <summary>
    /// Newest first, without what an agent of that id left that was removed before, or a change that was not finished. A record may have the version of
    /// any number from its own down to <see cref="ReplacedCards.MostCards"/> before; and that which replaced the first is read as well.
    /// </summary>
    private static RecordQuery Of(AgentRecord agent, long before) => new RecordQuery(AgentVersionKind.Kind, agent.Tenant).And(
        AgentVersionKind.AgentId.Is(agent.Id),
        IsNoDraft,
        AgentVersionKind.Number.IsBefore(Math.Min(agent.VersionNumber, before + ReplacedCards.MostCards + 1)),
        AgentVersionKind.RegisteredAt.IsFrom(agent.CreatedAt),
        AgentVersionKind.RegisteredAt.IsBefore(agent.CreatedAt.AddMilliseconds(1)));

    /// <summary>The versions before that of a number that are to be kept, newest first. Those that cannot be read are left out.</summary>
    /// <param name="before">Not beyond the agent's own.</param>
    /// <param name="faults">Gets why, of those.</param>
    private async IAsyncEnumerable<StoredVersion> ReadAsync(
        AgentRecord agent, long before, List<RegistryException> faults, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = agent.VersionNumber;
        DateTimeOffset? replacedAt = CardStamps.Of(agent).At;
        await foreach (var versions in ReadRecordsAsync(agent, before, faults, cancellationToken))
        {
            foreach (var version in versions.Where(version => version.Stamp.Number < last))
            {
                // Records may have the same versions, where something came between a write and the next.
                if (version.Stamp.Number < before
                    && (!IsOver(agent, version, version.Stamp.Number == last - 1 ? replacedAt : null)
                        || HasLabel(agent, version.Stamp.Number)))
                {
                    yield return version;
                }

                (last, replacedAt) = (version.Stamp.Number, version.Stamp.At);
            }
        }
    }

    /// <summary>What each record has, newest first: the agent's own as well, read first, as cards go from it to the others.</summary>
    private async IAsyncEnumerable<IReadOnlyList<StoredVersion>> ReadRecordsAsync(
        AgentRecord agent, long before, List<RegistryException> faults, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = await store.ReadAsync(AgentKind.Kind, new RecordKey(agent.Tenant, agent.Id), cancellationToken);
        if (head is not null && TryRead(AgentKind.Kind, head, AgentVersionKind.ReadAgent) is { } own && own[0].RegisteredAt == agent.CreatedAt)
        {
            yield return own;
        }

        RecordPosition? after = null;
        for (var more = true; more;)
        {
            var found = await store.QueryAsync(Of(agent, before), after, Batch, cancellationToken);
            foreach (var listed in found)
            {
                if (TryRead(AgentVersionKind.Kind, listed.Record, AgentVersionKind.ReadAll) is { } versions)
                {
                    yield return versions;
                }
            }

            more = found.Count == Batch;
            after = more ? found[^1].Position : null;
        }

        IReadOnlyList<StoredVersion>? TryRead(RecordKind kind, StoredRecord stored, Func<StoredRecord, IReadOnlyList<StoredVersion>> read)
        {
            try
            {
                return read(stored);
            }
            catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
            {
                faulty.Report(kind, stored.Key, unreadable);
                faults.Add(unreadable);
                return null;
            }
        }
    }

    /// <summary>Without the oldest that are not to be kept.</summary>
    private ReplacedCard[] WithoutOver(ReplacedCard[] replaced, AgentRecord after)
    {
        var first = 0;
        while (first < replaced.Length)
        {
            var next = first + 1 < replaced.Length ? replaced[first + 1].Stamp : CardStamps.Of(after);
            if (!IsOver(after, replaced[first].Stamp, next.At) || HasLabel(after, replaced[first].Stamp.Number))
            {
                break;
            }

            first++;
        }

        return first == 0 ? replaced : replaced[first..];
    }

    /// <summary>When the newest of the other records was replaced.</summary>
    private static DateTimeOffset OldestIn(AgentRecord agent) => (agent.Replaced is [var oldest, ..] ? oldest.Stamp : CardStamps.Of(agent)).At;

    private static bool HasLabel(AgentRecord agent, long number) => agent.Labels.Any(label => label.Number == number);

    /// <param name="replacedAt">Null where it is not known.</param>
    private bool IsOver(AgentRecord agent, StoredVersion version, DateTimeOffset? replacedAt) =>
        version.RegisteredAt != agent.CreatedAt ? version.RegisteredAt < agent.CreatedAt : IsOver(agent, version.Stamp, replacedAt);

    private bool IsOver(AgentRecord agent, CardStamp stamp, DateTimeOffset? replacedAt) =>
        stamp.Number < agent.VersionNumber - options.Kept || (options.AgeDays > 0 && replacedAt < time.GetUtcNow().AddDays(-options.AgeDays));

    /// <summary>Removes records from the oldest on, up to the first whose newest version is not to go.</summary>
    private async Task RemoveAsync(RecordQuery query, Func<StoredVersion, DateTimeOffset?, bool> isOver, Func<long, bool> isHeld)
    {
        RecordPosition? after = null;
        while (true)
        {
            var found = await store.QueryAsync(query, after, Batch);
            var versions = found.Select(listed => faulty.TryRead(AgentVersionKind.Kind, listed.Record, AgentVersionKind.ReadAll)).ToList();
            var deletions = new List<Task>();
            var isEnd = found.Count < Batch;
            for (var i = 0; i < found.Count; i++)
            {
                var replacedAt = i + 1 < found.Count ? versions[i + 1]?[^1].Stamp.At ?? found[i + 1].Position.At
                    : isEnd ? (DateTimeOffset?)null : DateTimeOffset.MaxValue;
                if (versions[i] is { } those && !isOver(those[0], replacedAt))
                {
                    isEnd = true;
                    break;
                }

                if (versions[i]?.Any(version => isHeld(version.Stamp.Number)) == false)
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
