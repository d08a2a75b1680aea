using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Probes;

/// <summary>Probes the agents whose turn has come: so many at once, of one host a quarter of that, and each by one process.</summary>
internal sealed partial class ProbeSchedule(
    AgentDirectory directory,
    AgentProber prober,
    ProbeOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<ProbeSchedule> log)
{
    /// <summary>About how long an agent waits whose host is busy with others.</summary>
    private static readonly TimeSpan HostPause = TimeSpan.FromSeconds(10);

    private readonly ProbeQueue queue = new();
    private readonly LogPace pace = new(time, log);
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<Task> running = [];
    private RegistryPosition? seen;

    /// <summary>How many agents have a turn.</summary>
    public int Waiting => queue.Count;

    /// <summary>For how long the turn has come that came first.</summary>
    public TimeSpan Lag => queue.First is { } first && time.GetUtcNow() is var now && first < now ? now - first : TimeSpan.Zero;

    /// <summary>Waits for changes of agents, and gives turns to those that are new or have another card.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (seen is null)
        {
            seen = directory.Position;
            LookAtAll();
        }

        var changes = new List<LoggedChange>();
        seen = await directory.FollowAsync(seen, changes, time, cancellationToken);
        foreach (var change in changes)
        {
            Look(new RecordKey(change.Tenant, change.Id), change.Before?.Record, change.After?.Record);
        }
    }

    /// <summary>Begins with the probes that are due now, and does not wait for them.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            while (running.Count < options.MaxConcurrent && queue.TryTake(time.GetUtcNow(), out var key))
            {
                var first = key.Value;
                Task? work = null;
                work = Task.Run(() => WorkAsync(first, cancellationToken), CancellationToken.None);
                running.Add(work);
                _ = work.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        return Task.CompletedTask;

        void Ended(Task work)
        {
            lock (gate)
            {
                running.Remove(work);
            }
        }
    }

    /// <summary>Waits for the probes that were begun.</summary>
    public Task FinishAsync()
    {
        lock (gate)
        {
            return Task.WhenAll(running);
        }
    }

    /// <summary>After a start, or where changes were missed: turns are as they would have been, and nobody is probed for having been away.</summary>
    private void LookAtAll()
    {
        var now = time.GetUtcNow();
        var all = new Dictionary<RecordKey, DateTimeOffset>();
        foreach (var agent in directory.All)
        {
            if (prober.IntervalOf(agent) is { } interval)
            {
                var key = new RecordKey(agent.Tenant, agent.Id);
                all[key] = ProbeTimes.After(key, interval, now);
            }
        }

        queue.Replace(all);
    }

    private void Look(RecordKey key, AgentRecord? before, AgentRecord? after)
    {
        if (prober.IntervalOf(after) is not { } interval)
        {
            queue.Remove(key);
        }
        else if (prober.IntervalOf(before) != interval || ProbeSubject.Of(before!) != ProbeSubject.Of(after!))
        {
            queue.Set(key, ProbeTimes.First(key, interval, time.GetUtcNow()));
        }
    }

    private async Task WorkAsync(RecordKey first, CancellationToken cancellationToken)
    {
        RecordKey? key = first;
        do
        {
            await ProbeAsync(key.Value, cancellationToken);
        }
        while (!cancellationToken.IsCancellationRequested && queue.TryTake(time.GetUtcNow(), out key));
    }

    private async Task ProbeAsync(RecordKey key, CancellationToken cancellationToken)
    {
        if (directory.Find(key.Tenant, key.Id) is not { } agent || prober.IntervalOf(agent) is null || ProbePlaces.Of(agent) is not [var url, ..])
        {
            // It gets another turn by the change that makes it one again.
            return;
        }

        var host = new Uri(url).Authority;
        if (!TryEnter(host))
        {
            queue.SetNext(key, time.GetUtcNow() + (HostPause * (0.5 + Random.Shared.NextDouble())));
            return;
        }

        try
        {
            var claim = await prober.AskAsync(agent, toClaim: true);
            var next = claim.IsMine
                ? (await prober.ProbeAsync(agent, claim.Known, isAwaited: false, cancellationToken)).Next
                : claim.Left;
            queue.SetNext(key, time.GetUtcNow() + (next ?? ProbeTimes.Soon));
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            queue.SetNext(key, time.GetUtcNow() + (ProbeTimes.Soon * (0.5 + (Random.Shared.NextDouble() / 2))));
            pace.Write(() => LogUnexpected(fault, LogText.Id(agent.Id), LogText.Id(agent.Tenant)));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The process ends.
        }
        finally
        {
            Leave(host);
        }
    }

    private bool TryEnter(string host)
    {
        lock (hosts)
        {
            var now = hosts.GetValueOrDefault(host);
            if (now >= Math.Max(1, options.MaxConcurrent / 4))
            {
                return false;
            }

            hosts[host] = now + 1;
            return true;
        }
    }

    private void Leave(string host)
    {
        lock (hosts)
        {
            if (--hosts[host] == 0)
            {
                hosts.Remove(host);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Agent '{Agent}' of tenant '{Tenant}' could not be probed; it is tried again.")]
    private partial void LogUnexpected(Exception fault, string agent, string tenant);
}
