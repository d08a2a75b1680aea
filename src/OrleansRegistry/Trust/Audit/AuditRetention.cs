using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Audit;

/// <summary>Removes entries that are older than the retention, page by page. Each silo takes its share of the tenants.</summary>
internal sealed partial class AuditRetention(
    IRecordStore store,
    GrainReferences<IAuditGrain> grains,
    UpkeepShare share,
    RegistryOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<AuditRetention> log)
{
    private const int Step = 1_000;

    /// <summary>How far the clock may go ahead of what has passed.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    private DateTimeOffset clock = time.GetUtcNow();
    private long stamp = time.GetTimestamp();

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        if (options.Audit.Retention is not { } retention)
        {
            return;
        }

        if (HasJumped())
        {
            LogJumped();
            return;
        }

        var before = time.GetUtcNow() - retention;
        var old = new RecordQuery(AuditKind.Kind, Tenant: null) { Where = [AuditKind.WrittenAt.IsBefore(before)], OldestFirst = true };
        var mine = share.Now();
        var done = new HashSet<string>(StringComparer.Ordinal);
        RecordPosition? after = null;
        while (await store.QueryKeysAsync(old, after, Step, cancellationToken) is { Count: > 0 } some)
        {
            foreach (var tenant in some.Select(position => position.Key.Tenant).Where(done.Add))
            {
                if (mine(new RecordKey(tenant, AuditGrainNames.Id)))
                {
                    await TrimAsync(tenant, before);
                }
            }

            after = some[^1];
        }
    }

    /// <summary>A clock that was set years ahead makes all entries old: there is time until the next round to set it right.</summary>
    private bool HasJumped()
    {
        var (now, ticks) = (time.GetUtcNow(), time.GetTimestamp());
        var hasJumped = now - clock > time.GetElapsedTime(stamp, ticks) + Ahead;
        (clock, stamp) = (now, ticks);
        return hasJumped;
    }

    private async Task TrimAsync(string tenant, DateTimeOffset before)
    {
        try
        {
            var gone = await GrainCalls.ReadAsync(grains.Get(tenant, AuditGrainNames.Id), trail => trail.Trim(before));
            if (gone > 0)
            {
                LogRemoved(gone, LogText.Id(tenant));
            }
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            // Of this tenant alone: the others' turn comes all the same.
            LogKept(unreadable, LogText.Id(tenant));
        }
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} pages of the audit trail of tenant {Tenant}, as their time was over.")]
    private partial void LogRemoved(int count, string tenant);

    [LoggerMessage(LogLevel.Warning, "The clock went ahead by more than an hour. Audit trails are trimmed in an hour, if it is right.")]
    private partial void LogJumped();

    [LoggerMessage(LogLevel.Warning, "Nothing is removed from the audit trail of tenant {Tenant}, as a page of it cannot be read.")]
    private partial void LogKept(Exception fault, string tenant);
}

/// <summary>Runs <see cref="AuditRetention"/> once an hour.</summary>
internal sealed class AuditRetentionService(AuditRetention retention, BackgroundLoops loops, [RegistryTime] TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var next = time.GetUtcNow() + Often;
        return loops.RepeatAsync(
            "the retention of audit trails",
            Often,
            async token =>
            {
                if (time.GetUtcNow() >= next)
                {
                    await retention.ApplyAsync(token);
                    next = time.GetUtcNow() + Between;
                }
            },
            stoppingToken);
    }
}
