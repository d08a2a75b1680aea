using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Subscriptions;

/// <summary>
/// Delivers to one subscriber, one request after the other, until it is stopped or gives up. What it has not told the subscription's grain when its process
/// ends is delivered again.
/// </summary>
/// <param name="head">The subscription as it was claimed.</param>
/// <param name="tell">Notes how far it is; false where it is to stop.</param>
internal sealed partial class SubscriptionLane(
    RecordKey key,
    SubscriptionHead head,
    AgentRegistry agents,
    SubscriptionSender sender,
    PushOptions options,
    Func<SubscriptionProgress, Task<bool>> tell,
    TimeProvider time,
    ILogger log) : IAsyncDisposable
{
    /// <summary>So much is told at most, for each second.</summary>
    private static readonly TimeSpan TellPause = TimeSpan.FromSeconds(1);

    private const int MostOfBatch = 100;
    private const int MostBytesOfBatch = 1024 * 1024;

    private readonly CancellationTokenSource stop = new();
    private readonly List<OutgoingEvent> waiting = [];
    private Task running = Task.CompletedTask;
    private long? delivered = head.Delivered;
    private long? told = head.Delivered;
    private long toldAt;
    private string picture = "";
    private bool isInPicture;
    private bool isMine = true;
    private int waitingBytes;
    private int failures;

    /// <summary>As <see cref="SubscriptionHead.Saves"/>, of what it delivers for.</summary>
    public long Saves => head.Saves;

    /// <summary>It gave up, or is to stop.</summary>
    public bool HasEnded => running.IsCompleted;

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Begins nothing more. What is on its way is seen through, and then it is told how far this came.</summary>
    public void Stop() => stop.Cancel();

    /// <summary>Waits for the end after <see cref="Stop"/>.</summary>
    /// <returns>Whether it came within that time.</returns>
    public async Task<bool> WaitForEndAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await running.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return HasEnded;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await FollowAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever goes on begins where it is told below.
        }
#pragma warning disable CA1031 // It is begun again with the next claim.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFailed(fault, LogText.Id(key.Id), key.Tenant);
        }

        try
        {
            if (told != delivered)
            {
                await tell(new SubscriptionProgress(head.Saves, delivered));
            }
        }
        catch (RegistryException fault)
        {
            LogFailed(fault, LogText.Id(key.Id), key.Tenant);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (head.Delivered is null)
        {
            BeginPicture();
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<AgentEvent>(new BoundedChannelOptions(2 * MostOfBatch) { SingleReader = true, SingleWriter = true });
        var watching = WatchAsync(events.Writer, ending.Token);
        try
        {
            while (await DeliverAsync(events.Reader, cancellationToken))
            {
                await WaitAsync(events.Reader, cancellationToken);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await watching;
        }
    }

    private async Task WatchAsync(ChannelWriter<AgentEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            var query = StoredQuery.Read(head.Query);
            await foreach (var happened in agents.WatchAsync(new Caller(key.Tenant, head.Owner), query, head.Delivered, cancellationToken))
            {
                await events.WriteAsync(happened, cancellationToken);
            }
        }
        catch (Exception fault)
        {
            // The reader is told, and throws it.
            events.Complete(fault);
        }
    }

    /// <summary>Until something has happened; meanwhile what was delivered is told, once it is time for that.</summary>
    private async Task WaitAsync(ChannelReader<AgentEvent> events, CancellationToken cancellationToken)
    {
        using var pause = new CancellationTokenSource(told == delivered ? Timeout.InfiniteTimeSpan : TellPause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        try
        {
            await events.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await TellAsync();
        }
    }

    /// <summary>Sends what has happened.</summary>
    /// <returns>False where it is given up, or is to stop.</returns>
    private async Task<bool> DeliverAsync(ChannelReader<AgentEvent> events, CancellationToken cancellationToken)
    {
        while (events.TryRead(out var happened))
        {
            Take(happened);
            if ((!head.Batch || waiting.Count == MostOfBatch || waitingBytes >= MostBytesOfBatch) && !await FlushAsync(cancellationToken))
            {
                return false;
            }
        }

        return isMine && await FlushAsync(cancellationToken);
    }

    private void Take(AgentEvent happened)
    {
        if (happened.Kind == AgentEventKind.Synced && !isInPicture)
        {
            // It tells of nothing but how far the directory is.
            delivered = waiting.Count == 0 ? happened.Revision : delivered;
            return;
        }

        if (happened.Kind == AgentEventKind.Reset)
        {
            BeginPicture();
        }

        waiting.Add(new OutgoingEvent(CloudEvents.IdOf(happened, picture), happened));
        waitingBytes += CloudEvents.Measure(happened);
        isInPicture &= happened.Kind != AgentEventKind.Synced;
    }

    /// <summary>All agents follow. Whoever knows the events of another picture of them is to take them in all the same, so they have other ids.</summary>
    private void BeginPicture() =>
        (isInPicture, picture) = (true, time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    /// <summary>Sends what waits, until it is accepted.</summary>
    /// <returns>False where it is given up, or is to stop.</returns>
    private async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        while (waiting.Count > 0)
        {
            var outcome = await sender.SendAsync(key.Id, head, waiting, cancellationToken);
            if (!outcome.IsDelivered)
            {
                failures++;
                if (outcome.IsFinal || failures >= options.MaxAttempts)
                {
                    await GiveUpAsync(outcome.Reason);
                    return false;
                }

                await Task.Delay(options.PauseAfter(failures), time, cancellationToken);
                continue;
            }

            failures = 0;

            // Of a picture of all agents, only its end is a place to go on from; whoever was told to forget all goes on from nothing.
            delivered = waiting.LastOrDefault(sent => sent.Happened.Revision is not null).Happened?.Revision ?? delivered;
            waiting.Clear();
            waitingBytes = 0;
            if (time.GetElapsedTime(toldAt) > TellPause)
            {
                await TellAsync();
            }

            if (!isMine)
            {
                return false;
            }
        }

        return true;
    }

    private async Task TellAsync()
    {
        if (told != delivered)
        {
            var now = delivered;
            toldAt = time.GetTimestamp();
            isMine = await tell(new SubscriptionProgress(head.Saves, now));
            told = now;
        }
    }

    private async Task GiveUpAsync(string reason)
    {
        var failure = new WebhookFailure(reason, time.GetUtcMilliseconds(), failures);
        PushTelemetry.GaveUp();
        LogGaveUp(LogText.Id(key.Id), key.Tenant, failures, reason);
        await tell(new SubscriptionProgress(head.Saves, delivered, failure));
        told = delivered;
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The subscription '{Id}' of tenant '{Tenant}' is given up after {Attempts} failures in a row, until it is saved again: {Reason}")]
    private partial void LogGaveUp(string id, string tenant, int attempts, string reason);

    [LoggerMessage(LogLevel.Warning, "The delivery to the subscription '{Id}' of tenant '{Tenant}' failed; it is begun again.")]
    private partial void LogFailed(Exception fault, string id, string tenant);
}
