using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Vectors.Given;

/// <summary>
/// Reads the vectors that agents were given after the start, while the node serves already, and then those that the records of changed agents name. What no
/// record names any more is removed after the start.
/// </summary>
internal sealed partial class GivenVectorFeed(
    IRecordStore store,
    AgentDirectory agents,
    GivenVectorDirectory given,
    GivenVectorStore vectors,
    UnreadableRecords faulty,
    BackgroundLoops loops,
    [RegistryTime] TimeProvider time,
    ILogger<GivenVectorFeed> logger) : BackgroundService
{
    /// <summary>How many are read at once.</summary>
    private const int MostRead = 256;

    /// <summary>The most bytes of vectors that are read at once, a record at least.</summary>
    private const long MostBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    /// <summary>What was stored before that and is not named yet never is: its process ended.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    /// <summary>An import brings vectors after their agents; of some, never.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Agents whose vectors were not there: until when they are left, and for how long the next time.</summary>
    private readonly Dictionary<RecordKey, (AgentVectorInfo Of, DateTimeOffset Until, TimeSpan Pause)> later = [];

    /// <summary>The history of the store that was read.</summary>
    private long read = -1;

    private RegistryPosition? seen;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        loops.RunAsync("the reading of vectors that agents were given", ReadAsync, stoppingToken),
        loops.RunAsync("the look for agents that were given vectors", FollowAgentsAsync, stoppingToken));

    /// <summary>Begins anew where the store went back to an earlier state.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (read != store.History)
        {
            await LoadAsync(cancellationToken);
            loaded.TrySetResult();
        }

        var work = given.Work;
        var now = time.GetUtcNow();
        var waiting = given.Waiting.ToList();
        var due = FewOf(waiting.Where(agent => !later.TryGetValue(agent.Key, out var left) || left.Of != agent.Value || left.Until <= now));
        await Task.WhenAll(due.Select(agent => TakeInAsync(agent.Key, cancellationToken)));
        foreach (var (key, of) in due)
        {
            var pause = later.TryGetValue(key, out var left) && left.Of == of ? left.Pause : Often;
            later[key] = (of, now + pause, pause * 2 < LongestPause ? pause * 2 : LongestPause);
            if (pause > LongestPause / 2)
            {
                given.Miss(key, of);
            }
        }

        if (due.Count > 0)
        {
            return;
        }

        var keys = waiting.Select(agent => agent.Key).ToHashSet();
        foreach (var key in later.Keys.Where(key => !keys.Contains(key)).ToList())
        {
            later.Remove(key);
        }

        await Task.WhenAny(work, Task.Delay(waiting.Count > 0 ? Often : EmbeddingShare.Often, time, cancellationToken));
    }

    /// <summary>As many as are read at once.</summary>
    internal static List<KeyValuePair<RecordKey, AgentVectorInfo>> FewOf(IEnumerable<KeyValuePair<RecordKey, AgentVectorInfo>> waiting)
    {
        var few = new List<KeyValuePair<RecordKey, AgentVectorInfo>>();
        var bytes = 0L;
        foreach (var agent in waiting)
        {
            bytes += (long)agent.Value.Count * agent.Value.Dimensions * sizeof(float);
            if (few.Count == MostRead || (few.Count > 0 && bytes > MostBytes))
            {
                break;
            }

            few.Add(agent);
        }

        return few;
    }

    private async Task TakeInAsync(RecordKey key, CancellationToken cancellationToken)
    {
        if (agents.Find(key.Tenant, key.Id) is { Vectors: not null } agent)
        {
            if (await vectors.FindAsync(agent, cancellationToken) is { } found)
            {
                given.Put(found.ToComparable());
            }
        }
        else
        {
            given.Look(key);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var history = store.History;
        var began = time.GetTimestamp();
        var snapshot = await store.ScanAsync(GivenVectorsKind.Kind, after: null, cancellationToken);
        var all = new List<AgentVectors>();
        await foreach (var stored in snapshot.Records.WithCancellation(cancellationToken))
        {
            if (faulty.TryRead(GivenVectorsKind.Kind, stored, GivenVectorsKind.Read) is { } known)
            {
                all.Add(known.ToComparable());
            }
        }

        var orphans = given.Replace(all);
        read = history;
        if (all.Count > 0)
        {
            LogLoaded(all.Count - orphans.Count, time.GetElapsedTime(began).TotalMilliseconds);
        }

        foreach (var orphan in orphans)
        {
            await RemoveAsync(orphan, cancellationToken);
        }
    }

    /// <summary>Removes what no agent has any more; what is on its way in stays.</summary>
    private async Task RemoveAsync(AgentVectors orphan, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(AgentKind.Kind, new RecordKey(orphan.Tenant, orphan.AgentId), cancellationToken);
        if (stored is not null)
        {
            var agent = faulty.TryRead(AgentKind.Kind, stored, AgentKind.ReadBesideCard);
            if (agent is null || (agent.CreatedAt == orphan.AgentCreatedAt && MayBeNamed(agent.VectorStamp, orphan)))
            {
                return;
            }
        }

        await vectors.RemoveAsync(
            GivenVectors.KeyOf(orphan.Tenant, orphan.AgentId, orphan.AgentCreatedAt, orphan.Version, orphan.WrittenAt));
    }

    /// <summary>Whether the agent names them, or is about to.</summary>
    private bool MayBeNamed(AgentVectorInfo? stamp, AgentVectors orphan) => stamp?.Number == orphan.Version
        ? stamp.WrittenAt == orphan.WrittenAt
        : (stamp?.Number ?? 0) < orphan.Version && time.GetUtcNow() - orphan.WrittenAt < LongestWrite;

    private async Task FollowAgentsAsync(CancellationToken cancellationToken)
    {
        await loaded.Task.WaitAsync(cancellationToken);
        if (seen is null)
        {
            seen = agents.Position;
            given.LookAtAll();
        }

        var changes = new List<LoggedChange>();
        seen = await agents.FollowAsync(seen, changes, time, cancellationToken);
        foreach (var change in changes)
        {
            given.Look(new RecordKey(change.Tenant, change.Id));
        }
    }

    [LoggerMessage(LogLevel.Information, "Vectors that {Count} agents were given, loaded in {Elapsed:F0} ms")]
    private partial void LogLoaded(int count, double elapsed);
}
