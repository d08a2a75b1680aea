using Cronos;
using OrleansRegistry.Telemetry;

namespace OrleansRegistry.Backups;

/// <summary>
/// Makes a backup when a cron expression says so, in one of several silos: whose share it is looks whether there is one since then, so that what a
/// silo left undone is done by the next.
/// </summary>
/// <param name="isOurs">Whether the making is this silo's share.</param>
internal sealed class BackupSchedule(
    BackupMaker maker,
    BackupCatalog catalog,
    Func<bool> isOurs,
    BackupHealth health,
    BackupStatus status,
    RegistryOptions options,
    [RegistryTime] TimeProvider time)
{
    /// <summary>How often a silo looks whether one is due that was not before: clocks are set.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    /// <summary>How often it looks whether what is due has become its own: silos come and go.</summary>
    private static readonly TimeSpan ShareStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(15);

    /// <summary>How far back the last time is looked for, from the shortest.</summary>
    private static readonly TimeSpan[] Spans = [.. ((double[])[0.1, 3, 100, 3000]).Select(TimeSpan.FromDays)];

    private readonly CronExpression? cron = options.Backups.Schedule is { } text ? CronExpression.Parse(text) : null;
    private DateTimeOffset done = DateTimeOffset.MinValue;
    private DateTimeOffset notBefore = DateTimeOffset.MinValue;
    private DateTimeOffset nextLook = DateTimeOffset.MinValue;
    private TimeSpan pause = FirstPause;

    public bool IsOn => cron is not null;

    /// <summary>Waits until something may be due, and does it.</summary>
    public async Task RunNextAsync(CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken);
        await Task.Delay(isOurs() ? WaitFrom(time.GetUtcNow()) : ShareStep, time, cancellationToken);
    }

    /// <summary>Makes a backup if one is due and it is this silo's to make.</summary>
    /// <returns>True where it made one.</returns>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (LastDue(now) is not { } due || due <= done || now < notBefore || !isOurs())
        {
            return false;
        }

        try
        {
            var isMade = await LookAsync(cancellationToken) is { } newest && newest >= due;
            if (!isMade)
            {
                await maker.MakeAsync(progress: null, cancellationToken);
            }

            done = due;
            pause = FirstPause;
            return !isMade;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            notBefore = time.GetUtcNow() + pause;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            throw;
        }
    }

    /// <summary>Looks from time to time which backup is the newest, for those that watch over it.</summary>
    public async Task LookNowAndThenAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() >= nextLook)
        {
            nextLook = time.GetUtcNow() + BetweenLooks;
            await LookAsync(cancellationToken);
        }
    }

    private async Task<DateTimeOffset?> LookAsync(CancellationToken cancellationToken)
    {
        var newest = (await catalog.ListAsync(cancellationToken)).FirstOrDefault(backup => backup.IsGood)?.Record;
        if (newest is not null)
        {
            status.Found(newest.BegunAt, newest.Size);
            health.Succeeded(newest.BegunAt);
        }

        // Names have no fractions of a second, and schedules neither.
        return newest?.BegunAt;
    }

    private TimeSpan WaitFrom(DateTimeOffset now)
    {
        var next = cron!.GetNextOccurrence(now, TimeZoneInfo.Utc) is { } at && at - now < Step ? at - now : Step;
        return TimeSpan.FromMilliseconds(Math.Ceiling(next.TotalMilliseconds));
    }

    private DateTimeOffset? LastDue(DateTimeOffset now)
    {
        foreach (var span in Spans)
        {
            var last = cron!.GetOccurrences(now - span, now, TimeZoneInfo.Utc, fromInclusive: true, toInclusive: true)
                .Select(at => (DateTimeOffset?)at).LastOrDefault();
            if (last is not null)
            {
                return last;
            }
        }

        return null;
    }
}
