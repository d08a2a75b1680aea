using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrleansRegistry.Agents.Sources;

/// <summary>
/// Fetches the cards anew that are due. When one is due follows from its record, so that all processes with a directory find the same; the agent's grain
/// tells the first of them that asks to make the fetch.
/// </summary>
internal sealed partial class RefreshSchedule(
    AgentDirectory directory,
    CardSources sources,
    GrainReferences<IAgentGrain> grains,
    CardFetchOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<RefreshSchedule> log)
{
    /// <summary>The pause after the first failure; it doubles with each that follows, up to the agent's interval, or this if that is shorter.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>What was due before this process began is made up for within an interval, or this if that is shorter.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    private readonly DateTimeOffset began = time.GetUtcNow();
    private readonly LogPace pace = new(time, log);

    // The last fetch of each that this process has seen to, or left to another.
    private ConcurrentDictionary<RecordKey, DateTimeOffset> seen = new();

    /// <summary>Makes the fetches that are due now, so many at once, and ends with the last.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = new List<(AgentRecord Agent, DateTimeOffset At)>();
        var still = new ConcurrentDictionary<RecordKey, DateTimeOffset>();
        foreach (var agent in directory.Refreshed)
        {
            var key = new RecordKey(agent.Tenant, agent.Id);
            if (seen.TryGetValue(key, out var last))
            {
                still[key] = last;
            }

            if (DueAt(agent, now, began) is { } at && at > last)
            {
                due.Add((agent, at));
            }
        }

        // Of those that are no longer there nothing is kept.
        seen = still;
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrent, CancellationToken = cancellationToken },
            async (one, token) => await RefreshAsync(one.Agent, one.At, token));
    }

    /// <summary>When the last fetch was due that has not been made; null where there is none.</summary>
    /// <param name="began">
    /// When this process began: cards that were due before then are not fetched all at once, but each in a place of its own within the time after it.
    /// </param>
    internal static DateTimeOffset? DueAt(AgentRecord agent, DateTimeOffset now, DateTimeOffset began = default)
    {
        if (agent.Source is not { RefreshInterval: { } interval } source)
        {
            return null;
        }

        // Of each agent its own, and the same for all processes: agents that came together are not fetched together.
        var share = StableHash.ComputeHash($"{agent.Tenant}/{agent.Id}") / (double)uint.MaxValue;
        if (source.Failure is { } failure)
        {
            var longest = interval > LongestPause ? interval : LongestPause;
            var pause = FirstPause * Math.Pow(2, Math.Min(failure.Attempts - 1, 20));
            var again = failure.At + ((pause < longest ? pause : longest) * (1 - (share / 2)));
            return again <= now && !IsHeldBack(again) ? again : null;
        }

        var since = now - DateTimeOffset.UnixEpoch - (interval * share);
        var at = now - new TimeSpan(since.Ticks % interval.Ticks);
        return at > source.FetchedAt && !IsHeldBack(at) ? at : null;

        bool IsHeldBack(DateTimeOffset due) => due < began && now - began < (interval < LongestDelay ? interval : LongestDelay) * share;
    }

    private async Task RefreshAsync(AgentRecord agent, DateTimeOffset due, CancellationToken cancellationToken)
    {
        try
        {
            var isMine = await GrainCalls.RunAsync(grains.Get(agent.Tenant, agent.Id), grain => grain.ClaimRefresh(due));
            seen[new RecordKey(agent.Tenant, agent.Id)] = due;
            if (isMine)
            {
                await sources.RefreshAsync(agent, cancellationToken);
            }
        }
        catch (RegistryException fault) when (
            fault.Error is RegistryError.Invalid or RegistryError.NotFound or RegistryError.Conflict or RegistryError.Forbidden)
        {
            // The agent's record tells it, or it has another card by now.
            LogNotRefreshed(LogText.Id(agent.Id), LogText.Id(agent.Tenant), LogText.Escape(fault.Message));
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // One must not hold up the others; it is due again, once its claim is over.
            seen.TryRemove(new RecordKey(agent.Tenant, agent.Id), out _);
            pace.Write(() => LogUnexpected(fault, LogText.Id(agent.Id), LogText.Id(agent.Tenant)));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The card of agent '{Agent}' of tenant '{Tenant}' could not be fetched anew; it is tried again.")]
    private partial void LogUnexpected(Exception fault, string agent, string tenant);

    [LoggerMessage(LogLevel.Debug, "The card of agent '{Agent}' of tenant '{Tenant}' was not fetched anew: {Reason}")]
    private partial void LogNotRefreshed(string agent, string tenant, string reason);
}
