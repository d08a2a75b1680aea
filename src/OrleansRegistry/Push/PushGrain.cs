using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace OrleansRegistry.Push;

/// <summary>One dispatcher a task: a lane for each webhook that lacks something, each at its own pace.</summary>
[GrainType("registry.push"), Reentrant, PreferLocalPlacement]
internal sealed partial class PushGrain(
    PushSource source,
    PushSender sender,
    PushNode node,
    PushOptions options,
    [RegistryTime] TimeProvider time,
    PushLog log) : CallingGrain, IPushGrain
{
    private readonly Dictionary<string, PushLane> lanes = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource stop = null!;
    private PushReport report = null!;
    private string tenant = "";
    private string id = "";
    private bool isAsked;
    private bool isLooking;
    private bool isTelling;
    private int working;

    protected override Task ActivateAsync()
    {
        (tenant, id) = GrainKeys.Parse(this.GetPrimaryKeyString());
        stop = CancellationTokenSource.CreateLinkedTokenSource(node.Stopping);
        report = new PushReport(source, tenant, id, time, log.Logger, Tell, stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>What is on its way is waited for, so that its receiver gets it once.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        if (working > 0)
        {
            await idle.Task.WaitAsync(cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        stop.Dispose();
    }

    public Task Wake()
    {
        isAsked = true;
        if (!isLooking && !stop.IsCancellationRequested)
        {
            isLooking = true;
            _ = WorkAsync(LookAsync, () =>
            {
                isLooking = false;
                _ = isAsked ? Wake() : Task.CompletedTask;
            });
        }

        return Task.CompletedTask;
    }

    private async Task LookAsync()
    {
        while (isAsked && !stop.IsCancellationRequested)
        {
            isAsked = false;
            await AdjustAsync(await source.GetHeadAsync(tenant, id));
        }
    }

    private async Task AdjustAsync(TaskHead? head)
    {
        report.Keep(head);
        foreach (var (webhookId, lane) in lanes)
        {
            lane.Poke(head?.Webhooks.FirstOrDefault(webhook => webhook.Id == webhookId));
        }

        foreach (var webhook in head?.Webhooks ?? [])
        {
            if (WebhookDelivery.IsDue(head!, webhook) && report.DeliveredTo(webhook.Id) < head!.Generation && !lanes.ContainsKey(webhook.Id))
            {
                Begin(webhook.Id);
            }
        }

        if (head?.PushDue is not null && lanes.Count == 0 && !report.HasNews)
        {
            // A server of a version before this one has written it.
            await source.TellAsync(tenant, id, [], due: null);
        }

        Tell();
    }

    private void Begin(string webhookId)
    {
        var lane = new PushLane(
            tenant, id, webhookId, source, sender, report, options, time, log.Logger, log.Pace, KeepAlive, stop.Token);
        lanes.Add(webhookId, lane);
        PushTelemetry.Waits(1);
        _ = WorkAsync(lane.RunAsync, () =>
        {
            PushTelemetry.Waits(-1);
            lanes.Remove(webhookId);
            if (lane.HasEnd && lanes.Count == 0)
            {
                report.Hurry();
            }

            if (lane.IsPoked)
            {
                _ = Wake();
            }
        });
    }

    private void Tell()
    {
        if (report.HasNews && !isTelling)
        {
            isTelling = true;
            _ = WorkAsync(report.TellAllAsync, () =>
            {
                isTelling = false;
                if (!stop.IsCancellationRequested)
                {
                    Tell();
                }
            });
        }
    }

    /// <summary>Runs a part of the work. What fails is left to the next call, which upkeep makes while something is due.</summary>
    private async Task WorkAsync(Func<Task> work, Action after)
    {
        // It is not a part of the request that happened to wake it.
        Activity.Current = null;
        if (working++ == 0)
        {
            node.Begin();
        }

        KeepAlive();
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next activation goes on.
        }
#pragma warning disable CA1031 // Nobody else is there to see it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFailed(log.Logger, fault, LogText.Id(id), tenant);
        }

        after();
        if (--working == 0)
        {
            node.End();
            DelayDeactivation(TimeSpan.Zero);
            if (stop.IsCancellationRequested)
            {
                idle.TrySetResult();
            }
        }
    }

    /// <summary>Orleans takes a grain for idle that is not called, whatever it does by itself.</summary>
    private void KeepAlive() => DelayDeactivation(options.MaxBackoff + TimeSpan.FromMinutes(5));

    [LoggerMessage(LogLevel.Debug, "The notifications of task '{Id}' of tenant '{Tenant}' stopped. They go on within a minute.")]
    private static partial void LogFailed(ILogger log, Exception fault, string id, string tenant);
}

/// <summary>Where dispatchers log: what receivers cause is paced for all of them together.</summary>
internal sealed class PushLog([RegistryTime] TimeProvider time, ILogger<PushGrain> logger)
{
    public ILogger Logger => logger;

    public LogPace Pace { get; } = new(time, logger);
}
