using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Records;

/// <summary>
/// Fills <see cref="TrustRecords"/> from the store before the host serves, and then follows the store's change feed. While the store cannot be read,
/// what is held goes on.
/// </summary>
internal sealed partial class TrustFeed(IRecordStore store, TrustRecords records, BackgroundLoops loops, ILogger<TrustFeed> logger)
    : BackgroundService
{
    /// <summary>After a round that failed, one that has gone well for so long ends, so that health need not tell of the failure any more.</summary>
    private static readonly TimeSpan WellAgain = TimeSpan.FromSeconds(2);

    private bool hasFailed;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RunAsync("what follows the changes of keys, users and rules", RoundAsync, stoppingToken);

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(hasFailed ? WellAgain : Timeout.InfiniteTimeSpan);
        hasFailed = true;
        try
        {
            await FollowAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Nothing changed meanwhile.
        }

        hasFailed = false;
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (records.Position.History != store.History)
        {
            await LoadAsync(cancellationToken);
            return;
        }

        try
        {
            var changes = await store.ReadChangesAsync(TrustKind.Kind, records.Position.Revision, cancellationToken);
            if (records.Position.History == store.History)
            {
                records.Apply(changes);
            }
        }
        catch (HistoryChangedException)
        {
            // The next round loads.
        }
        catch (RevisionCompactedException behind)
        {
            LogStartingOver(behind);
            await LoadAsync(cancellationToken);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        // Where it changes again meanwhile, the next round sees that.
        var history = store.History;
        await records.LoadAsync(await store.ScanAsync(TrustKind.Kind, after: null, cancellationToken), history, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Keys, users and rules fell behind the change feed: all are loaded again")]
    private partial void LogStartingOver(Exception behind);
}

/// <summary>Ready: what is known of keys, users and rules is that of the store, and not of a state from before it went back.</summary>
internal sealed class TrustHealthCheck(IRecordStore store, TrustRecords records) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        records.Position.History == store.History
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("keys, users and rules are not loaded, or from before the "
                + $"{store.Name} went back to an earlier state: they are being read"));
}
