using Microsoft.Extensions.Hosting;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Clustering;

/// <summary>
/// Keeps the time of this process that of the database, from before the silo starts. Where the database does not tell it, the machine's steady clock
/// goes on with it.
/// </summary>
internal sealed class ClusterTime(MembershipDatabase database, DatabaseTime time, BackgroundLoops loops) : BackgroundService
{
    /// <summary>A steady clock is out by less than a millisecond in that time; one that stood still with its machine is set right.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.SetAsync(time, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RepeatAsync("the time of the database", Period, token => database.SetAsync(time, token), stoppingToken);
}
