using System.Runtime.CompilerServices;

namespace OrleansRegistry.Agents.Versions;

/// <summary>
/// Reads the cards that agents had and that are to be kept: the agent's own record first, as cards go from it to the others. Records may have the same
/// versions, where something came between a write and the next; of each number the first that is met counts.
/// </summary>
internal sealed class AgentVersionReader(IRecordStore store, VersionRetention retention, UnreadableRecords faulty)
{
    private const int Batch = 16;

    /// <summary>The version of that number; null where it is not kept.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public async Task<StoredVersion?> FindAsync(AgentRecord agent, long number, CancellationToken cancellationToken = default)
    {
        if (number < 1 || number >= agent.VersionNumber)
        {
            return null;
        }

        var own = await ReadOwnAsync(agent, cancellationToken) is { } head ? AgentVersionKind.ReadAgent(head) : [];
        if (own.Any(version => version.Stamp.Number == number))
        {
            return Kept(own, null);
        }

        // The lowest from that number on has it; the one after tells when the last of those was replaced.
        var query = Of(agent, EndOf(agent, own)).And(AgentVersionKind.Number.IsFrom(number)) with { OldestFirst = true };
        var found = await store.QueryAsync(query, null, 2, cancellationToken);
        var next = found.Count > 1
            ? faulty.TryRead(AgentVersionKind.Kind, found[1].Record, AgentVersionKind.Read)?.Stamps[0]
            : own is [.., var oldest] ? oldest.Stamp : null;
        return found.Count == 0 ? null : Kept(AgentVersionKind.ReadAll(found[0].Record), next?.At);

        StoredVersion? Kept(IReadOnlyList<StoredVersion> versions, DateTimeOffset? replacedAt)
        {
            foreach (var version in versions)
            {
                if (version.Stamp.Number == number)
                {
                    return IsKept(agent, version, replacedAt) ? version : null;
                }

                replacedAt = version.Stamp.At;
            }

            return null;
        }
    }

    /// <summary>The newest version whose card says that it is this one; null where none does.</summary>
    public async Task<StoredVersion?> FindAsync(AgentRecord agent, string cardVersion, CancellationToken cancellationToken)
    {
        await foreach (var version in ReadAsync(agent, agent.VersionNumber, cancellationToken))
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
        await foreach (var version in ReadAsync(agent, Math.Min(before, agent.VersionNumber), cancellationToken))
        {
            if (versions.Count == limit)
            {
                break;
            }

            versions.Add(version);
        }

        return versions;
    }

    /// <summary>Newest first, without what an agent of that id left that was removed before, or a change that was not finished.</summary>
    /// <param name="end">The number before which they are.</param>
    private static RecordQuery Of(AgentRecord agent, long end) => new RecordQuery(AgentVersionKind.Kind, agent.Tenant).And(
        AgentVersionKind.AgentId.Is(agent.Id),
        AgentVersionKind.Number.IsFrom(AgentVersionKind.DraftNumber + 1),
        AgentVersionKind.Number.IsBefore(end),
        AgentVersionKind.RegisteredAt.IsFrom(agent.CreatedAt),
        AgentVersionKind.RegisteredAt.IsBefore(agent.CreatedAt.AddMilliseconds(1)));

    /// <summary>The number of the card that the agent has: this node may be behind the store.</summary>
    private static long EndOf(AgentRecord agent, IReadOnlyList<StoredVersion> own) =>
        own.Count == 0 ? agent.VersionNumber : Math.Max(agent.VersionNumber, own[0].Stamp.Number);

    private bool IsKept(AgentRecord agent, StoredVersion version, DateTimeOffset? replacedAt) =>
        !retention.IsOver(agent, version, replacedAt) || VersionRetention.HasLabel(agent, version.Stamp.Number);

    /// <summary>The agent's own record, where it is still of that agent.</summary>
    private async Task<StoredRecord?> ReadOwnAsync(AgentRecord agent, CancellationToken cancellationToken)
    {
        var head = await store.ReadAsync(AgentKind.Kind, new RecordKey(agent.Tenant, agent.Id), cancellationToken);
        return head is not null && AgentKind.ReadBesideCard(head).CreatedAt == agent.CreatedAt ? head : null;
    }

    /// <param name="before">Not beyond the agent's own.</param>
    private async IAsyncEnumerable<StoredVersion> ReadAsync(
        AgentRecord agent, long before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = agent.VersionNumber;
        var replacedAt = CardStamps.Of(agent).At;
        await foreach (var versions in ReadRecordsAsync(agent, before, cancellationToken))
        {
            foreach (var version in versions.Where(version => version.Stamp.Number < last))
            {
                if (version.Stamp.Number < before && IsKept(agent, version, version.Stamp.Number == last - 1 ? replacedAt : null))
                {
                    yield return version;
                }

                (last, replacedAt) = (version.Stamp.Number, version.Stamp.At);
            }
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<StoredVersion>> ReadRecordsAsync(
        AgentRecord agent, long before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = await ReadOwnAsync(agent, cancellationToken) is { } head
            ? faulty.TryRead(AgentKind.Kind, head, AgentVersionKind.ReadAgent) ?? []
            : [];
        yield return own;

        // A record may have the version of any number from its own down to so many before, and that which replaced the first is read as well.
        var query = Of(agent, Math.Min(EndOf(agent, own), before + ReplacedCards.MostCards + 1));
        RecordPosition? after = null;
        for (var more = true; more;)
        {
            var found = await store.QueryAsync(query, after, Batch, cancellationToken);
            foreach (var listed in found)
            {
                if (faulty.TryRead(AgentVersionKind.Kind, listed.Record, AgentVersionKind.ReadAll) is { } versions)
                {
                    yield return versions;
                }
            }

            more = found.Count == Batch;
            after = more ? found[^1].Position : null;
        }
    }
}
