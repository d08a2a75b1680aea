using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Hosting;

/// <summary>
/// Ends the process of a silo whose wall clock went back. Orleans (10.4) takes its timers and the collection of its activations from that clock: the silo would
/// neither probe nor beat, and no grain could be activated on it, until the clock is where it was. Started again, it goes by the clock as it is.
/// </summary>
internal sealed class ClockWatch : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Less is no longer than the others wait for a sign of it anyway.</summary>
    private static readonly TimeSpan Bearable = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not the cluster's time, and not its timers either: this is about the clock of the machine.
        using var timer = new PeriodicTimer(Period);
        try
        {
            // The last two readings against the two before them: one odd reading alone is no jump.
            for (long[] ahead = [Ahead(), Ahead(), Ahead(), Ahead()]; await timer.WaitForNextTickAsync(stoppingToken); ahead = [.. ahead[1..], Ahead()])
            {
                var back = TimeSpan.FromTicks(Math.Min(ahead[0], ahead[1]) - Math.Max(ahead[2], ahead[3]));
                if (back > Bearable)
                {
                    // As Orleans does with a silo that finds itself declared dead.
                    Environment.FailFast($"The clock of this machine went back by {back.TotalSeconds:F0} s, and a silo cannot go on with that: this process ends, to be started again.");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>How far the wall clock is ahead of the steady one, in ticks.</summary>
    private static long Ahead() => DateTime.UtcNow.Ticks - Stopwatch.GetElapsedTime(0).Ticks;
}
