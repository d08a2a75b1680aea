using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Liveness;

/// <summary>Runs <see cref="LeaseSweep"/> from time to time.</summary>
internal sealed class LivenessService(LeaseSweep sweep, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    /// <summary>In two loops, as writes may take long, and a lease that nobody asks for is not judged.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        loops.RepeatAsync("the judging of leases", Often, sweep.JudgeAsync, stoppingToken),
        loops.RepeatAsync("the writing of agents' health", Often, sweep.WriteAsync, stoppingToken));
}
