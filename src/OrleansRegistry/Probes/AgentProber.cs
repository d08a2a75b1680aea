using Orleans.Runtime;

namespace OrleansRegistry.Probes;

/// <summary>Looks at the card that an agent publishes, compares it with the one in the registry, and writes what has changed of that.</summary>
internal sealed class AgentProber(
    CardFetcher fetcher,
    IGrainFactory grains,
    GrainReferences<IAgentGrain> agents,
    AgentDirectory directory,
    IRecordStore store,
    AgentRevisions revisions,
    ProbeOptions options,
    [RegistryTime] TimeProvider time)
{
    /// <summary>A host chooses what is told of it: no more than this is kept.</summary>
    private const int LongestReason = 500;

    private const int LongestPath = 200;

    /// <summary>How often an agent is probed by itself; null: it is not.</summary>
    public TimeSpan? IntervalOf(AgentRecord? agent) =>
        agent is { LifeCycle: AgentLifeCycle.Active or AgentLifeCycle.Deprecated } && ProbePlaces.MayHave(agent)
            ? options.IntervalOf(agent.Probe)
            : null;

    /// <summary>Asks the grain that knows of an agent's probes.</summary>
    public Task<ProbeClaim> AskAsync(AgentRecord agent, bool toClaim)
    {
        var key = new ProbeKey(agent.Tenant, agent.Id);
        return GrainCalls.ReadAsync(GrainOf(key), grain => toClaim ? grain.Claim(key, ProbeSubject.Of(agent)) : grain.Look(key));
    }

    /// <summary>Makes a probe, and tells the grain.</summary>
    /// <param name="known">What was known before; null for nothing.</param>
    /// <param name="isAwaited">Whether this node's directory is to have what was written when this returns.</param>
    public async Task<ProbeMade> ProbeAsync(AgentRecord agent, ProbeKnown? known, bool isAwaited, CancellationToken cancellationToken)
    {
        var subject = ProbeSubject.Of(agent);
        var before = known?.Of == subject ? known : null;
        var began = time.GetTimestamp();
        var found = await FindAsync(agent, before, cancellationToken);
        var took = time.GetElapsedTime(began);
        var now = time.GetUtcMilliseconds();
        var isHad = found.Outcome != AgentProbeOutcome.Unreachable;
        var stored = agent.Probe?.Result;
        var last = isHad ? now : before?.Result.LastSuccess ?? stored?.LastSuccess;
        var result = new AgentProbeResult(found.Outcome, now, found.Reason, found.Drift, last);
        result = result.IsSame(stored) ? result with { Since = stored!.Since } : result;
        var failures = isHad ? 0 : (before?.Failures ?? 0) + 1;
        var interval = IntervalOf(agent);
        ProbeTelemetry.Ended(found.Outcome);
        if (interval is not null && !result.IsSame(stored))
        {
            result = await WriteAsync(agent, subject, result, isAwaited, cancellationToken);
        }

        var ended = new ProbeKnown(result, now, failures, took, subject) { Place = found.Place };
        var key = new ProbeKey(agent.Tenant, agent.Id);
        TimeSpan? next = interval is not { } often ? null
            : isHad ? ProbeTimes.After(new RecordKey(agent.Tenant, agent.Id), often, now) - now
            : ProbeTimes.Pause(failures, often, Random.Shared.NextDouble());
        await GrainCalls.RunAsync(GrainOf(key), grain => grain.Report(key, ended, next));
        return new ProbeMade(ended, next, found.Changes);
    }

    private IProbeGrain GrainOf(in ProbeKey key) => grains.GetGrain<IProbeGrain>(ProbeGrain.KeyOf(key));

    private async Task<Found> FindAsync(AgentRecord agent, ProbeKnown? before, CancellationToken cancellationToken)
    {
        // A card that was fetched is the one that its entity tag is of.
        var known = before?.Place ?? (agent.Probe?.Url is null || agent.Probe.Url == agent.Source?.Url ? agent.Source : null);
        var urls = ProbePlaces.Of(agent);
        var faults = new List<string>();
        foreach (var url in urls.OrderBy(url => urls.Count > 1 && url != known?.Url))
        {
            try
            {
                var found = await FindAsync(agent, url, urls.Count == 1 || url == known?.Url ? known : null, cancellationToken);

                // A host may have a card of its own, and agents below.
                if (urls.Count == 1 || url == urls[0] || found.Reason is null)
                {
                    return found;
                }

                faults.Add($"{url} has another card: {found.Reason}");
            }
            catch (NoCardException fault)
            {
                faults.Add(fault.Message);
                if (fault.IsFinal)
                {
                    break;
                }
            }
        }

        return new Found(AgentProbeOutcome.Unreachable, Cut(string.Join("; ", faults), LongestReason), []);
    }

    /// <exception cref="NoCardException">There is none that could be had, and why not.</exception>
    private async Task<Found> FindAsync(AgentRecord agent, string url, AgentSource? place, CancellationToken cancellationToken)
    {
        if (await fetcher.LookAsync(url, place, cancellationToken) is not { } fetched)
        {
            return new Found(AgentProbeOutcome.Matches, null, []) { Place = place };
        }

        var card = RawJson.FromValid(fetched.Bytes.Span);
        var changes = CardDiff.Of(agent.Card, card);
        if (changes.Count == 0)
        {
            return new Found(AgentProbeOutcome.Matches, null, []) { Place = fetched.Source };
        }

        // Without what would let the host say that the card has not changed: it is not the agent's.
        var name = AgentCard.Read(card).Name;
        var reason = name == AgentCard.Read(agent.Card).Name ? null : Cut($"it is the card of '{name}'", LongestReason);
        return new Found(AgentProbeOutcome.Drifted, reason, changes)
        {
            Place = fetched.Source with { ETag = null, LastModified = null },
        };
    }

    /// <summary>Writes an outcome, unless the agent is gone, or the probe was of another card.</summary>
    private async Task<AgentProbeResult> WriteAsync(
        AgentRecord agent, ProbeSubject subject, AgentProbeResult result, bool isAwaited, CancellationToken cancellationToken)
    {
        var history = store.History;
        var written = await GrainCalls.RunAsync(agents.Get(agent.Tenant, agent.Id), grain => grain.Probed(subject, result));
        if (written is null)
        {
            return result;
        }

        directory.TakeIn(written, card: null, history);
        if (isAwaited)
        {
            await revisions.SeeOwnAsync(written.Revision, history, cancellationToken);
        }

        return result with { Since = written.Probe!.Result!.Since };
    }

    private static string Cut(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";

    private sealed record Found(AgentProbeOutcome Outcome, string? Reason, IReadOnlyList<CardChange> Changes)
    {
        public AgentSource? Place { get; init; }

        public IReadOnlyList<string> Drift { get; } = [.. Changes.Take(AgentProbeResult.MostDrift).Select(change => Cut(change.Path, LongestPath))];
    }
}

/// <param name="Next">Until the next probe; null where none comes by itself.</param>
/// <param name="Changes">How the card that was found differs.</param>
internal sealed record ProbeMade(ProbeKnown Known, TimeSpan? Next, IReadOnlyList<CardChange> Changes);
