using System.Runtime.CompilerServices;

namespace OrleansRegistry.Directory;

/// <summary>Tells of the agents that a query finds, and then of what happens to them, from this node's memory alone.</summary>
internal sealed class AgentWatch(ChangeLog log, RevisionGate gate, AgentViewer viewer, AgentQuery query, [RegistryTime] TimeProvider time)
{
    /// <summary>How long this node has to come to where the watcher was on another.</summary>
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(5);

    /// <summary>After so many revisions of which none was for the watcher, it is told how far it is: else it would begin anew when it comes back.</summary>
    private const int MostUntold = 1_000;

    /// <summary>Whoever comes back in the middle of what follows has nothing, and says so by the revision 0.</summary>
    private static readonly AgentEvent Reset = new(AgentEventKind.Reset, 0, null, null);

    private readonly Func<AgentEntry, bool> isMatch = AgentListing.MatcherOf(query, viewer);

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the query ranks, is paged, or filters by what changes without agents.</exception>
    public static void Check(AgentQuery query)
    {
        if (!string.IsNullOrEmpty(query.Words))
        {
            throw RegistryException.Invalid("q", "ranks agents, of which a watch knows nothing; filter, or ask for a substring by query");
        }

        if (query.Sort is not null)
        {
            throw RegistryException.Invalid("sort", "is of lists: a watch has the order of revisions");
        }

        if (query.PageSize is not null || query.PageToken is not null)
        {
            throw RegistryException.Invalid(query.PageToken is null ? "page_size" : "page_token", "is of lists: a watch has no pages");
        }

        if (query.Any.Fields.Concat(query.All.Fields).Concat(query.Not.Fields).FirstOrDefault(field => field.IsJudged) is { } judged)
        {
            throw RegistryException.Invalid(judged.Name, "is of lists and searches: it changes without the agent, and no watch tells of that");
        }
    }

    /// <param name="after">The revision up to which the watcher knows everything; null where it begins.</param>
    /// <param name="list">All agents of the query as they are.</param>
    public async IAsyncEnumerable<AgentEvent> RunAsync(
        long? after, Func<IEnumerable<AgentRecord>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = await StartAsync(after, cancellationToken);
        if (after is not null && position is null)
        {
            yield return Reset;
        }

        gate.Pulse.Join();
        try
        {
            var told = after ?? 0;
            var changes = new List<LoggedChange>();
            while (true)
            {
                if (position is null)
                {
                    position = gate.Position;
                    foreach (var agent in list())
                    {
                        yield return new AgentEvent(AgentEventKind.Present, null, agent.Id, agent);
                    }

                    told = position.Revision;
                    yield return new AgentEvent(AgentEventKind.Synced, told, null, null);
                }

                var beat = gate.Pulse.Next;
                changes.Clear();
                position = log.ReadAfter(position, changes);
                if (position is null)
                {
                    yield return Reset;
                    continue;
                }

                foreach (var change in changes)
                {
                    if (change.Tenant == viewer.Tenant && KindOf(change) is { } kind)
                    {
                        told = change.Revision;
                        yield return new AgentEvent(kind, told, change.Id, kind == AgentEventKind.Removed ? null : change.After?.Record);
                    }
                }

                if (position.Revision - told >= MostUntold)
                {
                    told = position.Revision;
                    yield return new AgentEvent(AgentEventKind.Synced, told, null, null);
                }

                await beat.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            gate.Pulse.Leave();
        }
    }

    private async Task<RegistryPosition?> StartAsync(long? after, CancellationToken cancellationToken)
    {
        if (after is not { } revision)
        {
            return null;
        }

        var position = gate.Position with { Revision = revision };
        try
        {
            await gate.WaitAsync(position, CatchUp, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }

        return log.ReadAfter(position, []) is null ? null : position;
    }

    private AgentEventKind? KindOf(LoggedChange change)
    {
        var was = change.Before is { } before && isMatch(before);
        var isNow = change.After is { } after && isMatch(after);
        return (was, isNow) switch
        {
            (false, false) => null,
            (true, false) => IsSeen(change.After) ? AgentEventKind.Left : AgentEventKind.Removed,
            (false, true) => IsSeen(change.Before) ? AgentEventKind.Entered : AgentEventKind.Registered,
            _ => IsStatus(change.Before!.Record, change.After!.Record) ? AgentEventKind.Status : AgentEventKind.Updated,
        };
    }

    /// <summary>For who does not see an agent, it comes and goes as others begin and cease to be.</summary>
    private bool IsSeen(AgentEntry? entry) => entry is not null && viewer.Sees(entry.Record);

    private static bool IsStatus(AgentRecord before, AgentRecord after) =>
        (before.Enabled != after.Enabled || before.Lease?.Health != after.Lease?.Health || !before.Instances.SequenceEqual(after.Instances)
            || before.Probe?.Result?.Since != after.Probe?.Result?.Since)
        && before.Card == after.Card;
}
