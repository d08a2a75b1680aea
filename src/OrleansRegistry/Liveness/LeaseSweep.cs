using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Liveness;

/// <summary>
/// Has the leases judged that this process's directory knows, and writes the verdicts. Every process with a directory does, so that whichever is left
/// sees to all agents; a grain tells each verdict to one of them. What it costs does not grow with agents that nothing happens to.
/// </summary>
internal sealed partial class LeaseSweep
{
    /// <summary>About so many verdicts at most wait to be written.</summary>
    private const int MostWaiting = 2_000;

    private const int WritesAtOnce = 16;

    /// <summary>Grains that have not answered by then are left to answer; the others are asked again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly AgentDirectory directory;
    private readonly HealthWriter writer;
    private readonly TimeProvider time;
    private readonly LeaseShareFollower[] shares;
    private readonly ConcurrentQueue<LeaseVerdict> waiting = new();
    private readonly ILogger<LeaseSweep> log;
    private readonly LogPace pace;
    private (long History, long Revision) seen = (-1, -1);
    private long look;
    private int pending;

    public LeaseSweep(
        AgentDirectory directory, HealthWriter writer, IGrainFactory grains, [RegistryTime] TimeProvider time, ILogger<LeaseSweep> log)
    {
        (this.directory, this.writer, this.time, this.log) = (directory, writer, time, log);
        shares =
        [
            .. Enumerable.Range(0, LeaseShare.Count)
                .Select(share => new LeaseShareFollower(() => grains.GetGrain<ILeaseGrain>(LeaseShare.KeyOf(share)))),
        ];
        pace = new LogPace(time, log);
    }

    /// <summary>Tells what is new, and takes verdicts to be written. Ends within seconds.</summary>
    public async Task JudgeAsync(CancellationToken cancellationToken)
    {
        Look();
        var asked = shares.Where(share => share.Call.IsCompleted && share.IsNeeded).ToList();
        if (asked.Count > 0)
        {
            var room = MostWaiting - Volatile.Read(ref pending);
            var most = room <= 0 ? 0 : (room / asked.Count) + 1;
            asked.ForEach(share => share.Call = AskAsync(share, most));
            await Task.WhenAll(asked.Select(share => share.Call)).WaitAsync(Patience, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes the verdicts that wait.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var some = new Dictionary<LeaseKey, LeaseVerdict>();
        while (waiting.TryDequeue(out var verdict))
        {
            if (!some.TryAdd(verdict.Of.Key, verdict))
            {
                // The later one is the better known.
                Interlocked.Decrement(ref pending);
                some[verdict.Of.Key] = verdict;
            }
        }

        // Those of one agent's instances are one write.
        await Parallel.ForEachAsync(
            some.Values.GroupBy(verdict => verdict.Of.Key.Written, (_, of) => of.ToList()),
            new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken },
            async (verdicts, token) => await WriteAsync(verdicts, token));
    }

    /// <summary>Looks at all leases, where anything has changed since.</summary>
    private void Look()
    {
        var now = (directory.History, directory.Revision);
        if (now == seen)
        {
            return;
        }

        look++;
        foreach (var agent in directory.Leased)
        {
            See(agent, new LeaseKey(agent.Tenant, agent.Id), agent.Lease);
            foreach (var instance in agent.Instances)
            {
                See(agent, new LeaseKey(agent.Tenant, agent.Id, instance.Name), instance.Lease);
            }
        }

        foreach (var share in shares)
        {
            share.EndLook(look);
        }

        seen = now;

        void See(AgentRecord agent, in LeaseKey key, AgentLease? lease)
        {
            if (lease is not null)
            {
                shares[LeaseShare.Of(key)].See(key, lease, agent.Revision, now.History, look);
            }
        }
    }

    private async Task AskAsync(LeaseShareFollower share, int most)
    {
        try
        {
            foreach (var verdict in await share.AskAsync(most))
            {
                Interlocked.Increment(ref pending);
                waiting.Enqueue(verdict);
            }
        }
#pragma warning disable CA1031 // The other shares are not to wait for this one; it is asked again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            pace.Write(() => LogNotJudged(fault));
        }
    }

    private async Task WriteAsync(List<LeaseVerdict> verdicts, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var verdict in await writer.WriteAsync(verdicts, isAwaited: false, cancellationToken))
            {
                shares[LeaseShare.Of(verdict.Of.Key)].End(verdict.Of);
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            // It is told again, to whoever asks.
            var key = verdicts[0].Of.Key;
            pace.Write(() => LogNotWritten(fault, LogText.Id(key.AgentId), LogText.Id(key.Tenant)));
        }
        finally
        {
            Interlocked.Add(ref pending, -verdicts.Count);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Some agents' leases could not be judged; it is tried again.")]
    private partial void LogNotJudged(Exception fault);

    [LoggerMessage(LogLevel.Warning, "The health of agent '{Agent}' of tenant '{Tenant}' could not be written; it is tried again.")]
    private partial void LogNotWritten(Exception fault, string agent, string tenant);
}
