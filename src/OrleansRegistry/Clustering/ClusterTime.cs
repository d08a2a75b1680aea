using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Keeps the time of this process that of the database, from before the silo starts.</summary>
internal sealed partial class ClusterTime(MembershipDatabase database, DatabaseTime time, ILogger<ClusterTime> logger) : BackgroundService
{
    /// <summary>A steady clock is out by less than a millisecond in that time; one that stood still with its machine is set right.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.SetAsync(time, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await database.SetAsync(time, stoppingToken);
                }
                catch (RegistryException fault)
                {
                    LogUnreachable(fault.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    [LoggerMessage(LogLevel.Debug, "The database did not tell the time; the steady clock of this machine goes on with it ({Reason})")]
    private partial void LogUnreachable(string reason);
}
