using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Trust.Logins;

/// <summary>Removes what is over of sessions and of wrong passwords.</summary>
internal sealed class LoginSweep(SessionTable sessions, LoginThrottle throttle, BackgroundLoops loops) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RepeatAsync("what removes sessions that are over", TimeSpan.FromMinutes(1), SweepAsync, stoppingToken);

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        await sessions.SweepAsync(cancellationToken);
        await throttle.SweepAsync(cancellationToken);
    }
}
