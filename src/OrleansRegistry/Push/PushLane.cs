using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Protocol;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.Push;

/// <summary>
/// Delivers to one webhook of a task, one notification after the other, until it has everything, is given up or is gone. Before each, the webhook is
/// read again: one that was deleted gets nothing more, and one that was saved again is gone by at once.
/// </summary>
/// <param name="keepAlive">Called from time to time while it works.</param>
internal sealed partial class PushLane(
    string tenant,
    string id,
    string webhookId,
    PushSource source,
    PushSender sender,
    PushReport report,
    PushOptions options,
    TimeProvider time,
    ILogger log,
    LogPace pace,
    Action keepAlive,
    CancellationToken stopping)
{
    /// <summary>What is read of the task is not kept in memory for longer.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    /// <summary>A task that says so often that it has changed, and not how, is left to upkeep.</summary>
    private const int MaxEmptyReads = 20;

    private readonly Queue<TaskEvent> events = new();
    private IReadOnlyList<StreamItem>? items;
    private TaskEvent? current;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (long Generation, int Sent) part;
    private long position;
    private long since;
    private int failures;
    private int emptyReads;
    private bool isV03;

    /// <summary>There may be more since it looked last.</summary>
    public bool IsPoked { get; private set; }

    /// <summary>The task is over, and the webhook has everything.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>Looks at the task once more before it ends.</summary>
    /// <param name="webhook">As it is now; null where it is gone.</param>
    public void Poke(TaskWebhook? webhook)
    {
        IsPoked = true;
        if (webhook is null || webhook.Since != since)
        {
            changed.TrySetResult();
        }
    }

    public async Task RunAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            keepAlive();
            IsPoked = false;
            if (await source.GetHeadAsync(tenant, id) is not { } head
                || head.Webhooks.FirstOrDefault(webhook => webhook.Id == webhookId) is not { Failure: null } webhook)
            {
                return;
            }

            Follow(webhook);
            if (position >= head.Generation)
            {
                HasEnd = head.Status.State.IsTerminal();
                if (IsPoked)
                {
                    continue;
                }

                return;
            }

            if (current is null && !await TakeNextAsync())
            {
                if (++emptyReads == MaxEmptyReads)
                {
                    return;
                }

                await PauseAsync(GrainCalls.OvertakenPause);
                continue;
            }

            emptyReads = 0;
            if (current!.Deleted || !await SendAsync(head, webhook))
            {
                return;
            }
        }
    }

    /// <summary>Goes on from where the webhook is, which may be another of the same id by now.</summary>
    private void Follow(TaskWebhook webhook)
    {
        if (webhook.Since != since)
        {
            since = webhook.Since;
            failures = 0;
            using var config = JsonDocument.Parse(webhook.Config.Utf8, JsonInput.Stored);
            var wasV03 = isV03;
            isV03 = PushConfigShape.IsForV03(config.RootElement);
            if (isV03 != wasV03)
            {
                // It is another notification that it is to get.
                current = null;
                events.Clear();
            }
        }

        position = Math.Max(Math.Max(position, webhook.Delivered ?? 0), report.DeliveredTo(webhookId));
        while (events.TryPeek(out var next) && next.Generation <= position)
        {
            events.Dequeue();
        }

        if (current?.Generation <= position)
        {
            current = null;
        }
    }

    /// <returns>False where the task has nothing to tell now.</returns>
    private async Task<bool> TakeNextAsync()
    {
        if (events.Count == 0)
        {
            foreach (var read in await source.ReadAsync(tenant, id, position))
            {
                events.Enqueue(read);
            }
        }

        if (!events.TryDequeue(out current))
        {
            return false;
        }

        items = StreamItem.Of(current);
        if (isV03 && items.Count > 0 && current.Snapshot is null)
        {
            // A notification of 0.3 is the task as it is.
            current = await source.ReadWholeAsync(tenant, id, position);
            if (current is null)
            {
                events.Clear();
                return false;
            }

            items = StreamItem.Of(current);
        }

        part = part.Generation == current.Generation && current.Snapshot is null ? part : (current.Generation, 0);
        return true;
    }

    /// <summary>Sends the next notification of the current change.</summary>
    /// <returns>False where the webhook is given up.</returns>
    private async Task<bool> SendAsync(TaskHead head, TaskWebhook webhook)
    {
        if (part.Sent < items!.Count)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{part.Generation}.{part.Sent + 1}");
            var body = await PushSource.WriteAsync(items[part.Sent], isV03);
            var outcome = await sender.SendAsync(webhook, body, name, head.TraceParent, stopping);
            if (!outcome.IsDelivered)
            {
                return await FailAsync(webhook, outcome);
            }

            failures = 0;
            part.Sent++;
        }

        if (part.Sent >= items.Count)
        {
            Finish(head, webhook);
        }

        return true;
    }

    private void Finish(TaskHead head, TaskWebhook webhook)
    {
        position = current!.Generation;
        if ((current.Status ?? current.Snapshot?.Status)?.State.IsTerminal() == true)
        {
            // Whatever was done to it after its end is not told.
            position = Math.Max(position, head.Generation);
            events.Clear();
        }

        current = null;
        report.Delivered(webhook, position);
    }

    private async Task<bool> FailAsync(TaskWebhook webhook, PushOutcome outcome)
    {
        failures++;
        LogFailed(LogText.Id(id), tenant, LogText.Id(webhookId), failures, outcome.Reason);
        if (outcome.IsFinal || failures >= options.MaxAttempts)
        {
            report.GaveUp(webhook, position, new WebhookFailure(outcome.Reason, time.GetUtcMilliseconds(), failures));
            PushTelemetry.GaveUp();
            pace.Write(() => LogGaveUp(LogText.Id(id), tenant, LogText.Id(webhookId), failures, outcome.Reason));
            return false;
        }

        var pause = options.PauseAfter(failures);
        if (pause > LongPause)
        {
            events.Clear();
            current = null;
            report.PutOff(time.GetUtcMilliseconds() + pause + WebhookDelivery.Grace);
        }

        await PauseAsync(pause);
        return true;
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        await changed.Task.WaitAsync(pause, time, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(
        LogLevel.Debug, "A notification of task '{Id}' of tenant '{Tenant}' to its webhook '{Webhook}' failed, {Attempts} in a row: {Reason}")]
    private partial void LogFailed(string id, string tenant, string webhook, int attempts, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The webhook '{Webhook}' of task '{Id}' of tenant '{Tenant}' is given up after {Attempts} failures in a row, until it is saved again: {Reason}")]
    private partial void LogGaveUp(string id, string tenant, string webhook, int attempts, string reason);
}
