using OrleansRegistry.Objects;

namespace OrleansRegistry.Backups;

/// <summary>Where backups are kept, which are made by themselves, and how long they stay.</summary>
public sealed record BackupOptions
{
    /// <summary>Where they are (<c>BACKUP_STORE</c>), in its folder <c>backups</c>; null for the data folder.</summary>
    public ObjectPlace? Place { get; init; }

    /// <summary>Where the copies of SQLite databases are while they are made or read (<c>BACKUP_TEMP_DIR</c>); null for the system's folder.</summary>
    public string? TempFolder { get; init; }

    /// <summary>When one is made (<c>BACKUP_SCHEDULE</c>), as a cron expression in UTC; null for never.</summary>
    public string? Schedule { get; init; }

    /// <summary>Of how many hours the newest of each is kept (<c>BACKUP_KEEP_HOURLY</c>).</summary>
    public int KeepHourly { get; init; }

    /// <summary>Of how many days (<c>BACKUP_KEEP_DAILY</c>).</summary>
    public int KeepDaily { get; init; }

    /// <summary>Of how many weeks, which begin on Monday (<c>BACKUP_KEEP_WEEKLY</c>).</summary>
    public int KeepWeekly { get; init; }

    /// <summary>Of how many months (<c>BACKUP_KEEP_MONTHLY</c>).</summary>
    public int KeepMonthly { get; init; }

    /// <summary>How much content a part has: several are packed and unpacked at once, and an upload that fails costs one.</summary>
    internal int PartBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Nothing says how many are kept: all are.</summary>
    internal bool KeepsAll => KeepHourly + KeepDaily + KeepWeekly + KeepMonthly == 0;
}
