using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage;

/// <summary>
/// Runs what a process does in the background, round after round. A round that fails, for any reason, is logged, reported in health, and followed
/// by the next after a pause: no loop ends before its time.
/// </summary>
public sealed partial class BackgroundLoops
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Longer than any round that ends by itself: a loop that has not failed for so long is in a round that goes well.</summary>
    private static readonly TimeSpan FailureReportedFor = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, long> failures = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly LogPace pace;

    public BackgroundLoops([RegistryTime] TimeProvider time, ILogger<BackgroundLoops> logger)
        : this(time, (ILogger)logger)
    {
    }

    internal BackgroundLoops(TimeProvider time, ILogger logger)
    {
        this.time = time;
        this.logger = logger;
        pace = new LogPace(time, logger);
    }

    /// <summary>The names of the loops whose last round failed, at most two minutes ago; in the order of their names.</summary>
    public IReadOnlyList<string> Failing =>
        [.. failures.Where(failure => time.GetElapsedTime(failure.Value) < FailureReportedFor).Select(failure => failure.Key)
            .Order(StringComparer.Ordinal)];

    /// <summary>Runs rounds until it is stopped. Does not throw.</summary>
    /// <param name="name">What it does, for log and health: <c>the removal of old deletions</c>.</param>
    public Task RunAsync(string name, Func<CancellationToken, Task> round, CancellationToken stopping) => RunAsync(
        name,
        async token =>
        {
            await round(token);
            return true;
        },
        stopping);

    /// <summary>As the other, but ends too when a round returns false.</summary>
    public async Task RunAsync(string name, Func<CancellationToken, Task<bool>> round, CancellationToken stopping)
    {
        for (var pause = FirstPause; !stopping.IsCancellationRequested;)
        {
            var began = time.GetTimestamp();
            try
            {
                if (!await round(stopping))
                {
                    return;
                }

                pause = FirstPause;
                failures.TryRemove(name, out _);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Nobody else is there to see it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                pause = time.GetElapsedTime(began) < LongestPause ? pause : FirstPause;
                failures[name] = time.GetTimestamp();
                pace.Write(() => LogFailed(fault, name, pause.TotalSeconds));
                await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Does a piece of work every so often until it is stopped, at first after one period. Does not throw.</summary>
    /// <param name="period">Less than two minutes.</param>
    public async Task RepeatAsync(string name, TimeSpan period, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(period, time);
        await RunAsync(
            name,
            async token =>
            {
                await timer.WaitForNextTickAsync(token);
                await work(token);
            },
            stopping);
    }

    [LoggerMessage(LogLevel.Warning, "In the background, {Loop} failed. It goes on in {Seconds} s.")]
    private partial void LogFailed(Exception fault, string loop, double seconds);
}
