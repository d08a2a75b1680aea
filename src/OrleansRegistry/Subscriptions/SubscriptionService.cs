using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Subscriptions;

/// <summary>
/// Delivers to those subscriptions that this process may: every few seconds it asks each subscription's grain whether it is the one. It runs wherever there is a
/// directory, from whose memory the events are.
/// </summary>
internal sealed partial class SubscriptionService(
    IRecordStore store,
    GrainReferences<ISubscriptionGrain> grains,
    AgentRegistry agents,
    SubscriptionSender sender,
    SubscriptionNews news,
    BackgroundLoops loops,
    PushOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<SubscriptionService> log) : BackgroundService, IHostedLifecycleService
{
    private const int Step = 1_000;
    private const int AtOnce = 32;

    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);
    /// <summary>How long a change of a subscription waits for the request that is on its way.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(1);

    /// <summary>Beyond the time that a receiver may take: for what a lane tells.</summary>
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(366);

    private readonly LogPace pace = new(time, log);
    private readonly string node = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<RecordKey, SubscriptionLane> lanes = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Enabled ? loops.RunAsync("the delivery to subscriptions", LookAsync, stoppingToken) : Task.CompletedTask;

    /// <summary>
    /// Runs before the silo stops, while grains can still be told: what is on its way is seen through, and others may go on at once.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        foreach (var lane in lanes.Values)
        {
            lane.Stop();
        }

        await Task.WhenAll(lanes.Select(lane => LeaveAsync(lane.Key, lane.Value, cancellationToken)));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var active = new HashSet<RecordKey>();
        await foreach (var key in ActiveAsync(cancellationToken))
        {
            active.Add(key);
        }

        // First, so that one that was deleted is told no more than one that was made after that.
        foreach (var (key, lane) in lanes.Where(lane => !active.Contains(lane.Key)))
        {
            await TryEndAsync(key, lane, TimeSpan.Zero);
        }

        await Parallel.ForEachAsync(
            active,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (key, _) => await AskAsync(key));

        await news.WaitAsync(Often, time, cancellationToken);
    }

    private async Task AskAsync(RecordKey key)
    {
        try
        {
            await ClaimAsync(key);
        }
        catch (RegistryException fault)
        {
            // One must not hold up the others.
            pace.Write(() => LogNotAsked(fault, LogText.Id(key.Id), key.Tenant));
        }
    }

    private async Task ClaimAsync(RecordKey key)
    {
        var lane = lanes.GetValueOrDefault(key);
        var head = await GrainCalls.RunAsync(grains.Get(key.Tenant, key.Id), one => one.Claim(node, holds: lane is not null));
        if (lane is not null && (head is null || head.Saves != lane.Saves || lane.HasEnded))
        {
            if (!await TryEndAsync(key, lane, Promptly))
            {
                // It is asked again while its last request is on its way.
                return;
            }

            lane = null;

            // What it told as it ended is where the next begins.
            head = head is null ? null : await GrainCalls.RunAsync(grains.Get(key.Tenant, key.Id), one => one.Claim(node, holds: true));
        }

        if (lane is null && head is not null)
        {
            lane = new SubscriptionLane(key, head, agents, sender, options, progress => TellAsync(key, progress), time, log);
            lanes[key] = lane;
            lane.Start();
        }
    }

    private Task<bool> TellAsync(RecordKey key, SubscriptionProgress progress) =>
        GrainCalls.RunAsync(grains.Get(key.Tenant, key.Id), one => one.Tell(node, progress));

    /// <summary>Ends a lane, but does not wait for long: a receiver that hangs must not hold up the others.</summary>
    private async Task<bool> TryEndAsync(RecordKey key, SubscriptionLane lane, TimeSpan patience)
    {
        lane.Stop();
        if (!lane.HasEnded && !await lane.WaitForEndAsync(patience, CancellationToken.None))
        {
            return false;
        }

        lanes.TryRemove(key, out _);
        await lane.DisposeAsync();
        return true;
    }

    private async Task LeaveAsync(RecordKey key, SubscriptionLane lane, CancellationToken cancellationToken)
    {
        try
        {
            if (await lane.WaitForEndAsync(options.Timeout + Telling, cancellationToken))
            {
                await lane.DisposeAsync();
                await GrainCalls.RunAsync(grains.Get(key.Tenant, key.Id), one => one.Leave(node));
            }
        }
        catch (RegistryException)
        {
            // Others go on once the claim is over.
        }
    }

    private async IAsyncEnumerable<RecordKey> ActiveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new RecordQuery(SubscriptionKind.Kind, Tenant: null) { OldestFirst = true }
            .And(SubscriptionKind.ActiveSince.IsBefore(time.GetUtcNow() + FarAhead));
        RecordPosition? after = null;
        while (true)
        {
            var found = await store.QueryKeysAsync(query, after, Step, cancellationToken);
            foreach (var position in found)
            {
                after = position;
                yield return position.Key;
            }

            if (found.Count < Step)
            {
                yield break;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Who delivers to the subscription '{Id}' of tenant '{Tenant}' could not be asked; it is asked again.")]
    private partial void LogNotAsked(Exception fault, string id, string tenant);
}
