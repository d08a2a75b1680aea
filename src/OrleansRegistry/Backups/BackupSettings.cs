using Cronos;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Backups;

/// <summary>The settings of backups.</summary>
internal static class BackupSettings
{
    public const string Store = "BACKUP_STORE";

    private const string Schedule = "BACKUP_SCHEDULE";
    private const string More = "data.md#backups";

    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Backups")
        .Add(
            Store,
            ObjectPlace.Setting,
            "Where backups are kept, in its folder `backups`. In a cluster every process must reach it.",
            options => options.Backups.Place,
            (options, value) => options.Backups = options.Backups with { Place = value },
            new() { Unset = "the data folder", More = More })
        .Add(
            Schedule,
            SettingKind.Text("a cron expression such as `0 2 * * *`, in UTC", IsSchedule),
            "When a backup is made. One that was missed is made at the next start.",
            options => options.Backups.Schedule,
            (options, value) => options.Backups = options.Backups with { Schedule = value },
            new() { Unset = "never", More = More })
        .Add(
            "BACKUP_KEEP_HOURLY",
            Number,
            Help("hourly", "hours"),
            options => options.Backups.KeepHourly,
            (options, value) => options.Backups = options.Backups with { KeepHourly = value })
        .Add(
            "BACKUP_KEEP_DAILY",
            Number,
            Help("daily", "days"),
            options => options.Backups.KeepDaily,
            (options, value) => options.Backups = options.Backups with { KeepDaily = value })
        .Add(
            "BACKUP_KEEP_WEEKLY",
            Number,
            Help("weekly", "weeks"),
            options => options.Backups.KeepWeekly,
            (options, value) => options.Backups = options.Backups with { KeepWeekly = value })
        .Add(
            "BACKUP_KEEP_MONTHLY",
            Number,
            Help("monthly", "months"),
            options => options.Backups.KeepMonthly,
            (options, value) => options.Backups = options.Backups with { KeepMonthly = value })
        .Add(
            "BACKUP_TEMP_DIR",
            SettingKind.Plain("a path"),
            "Where the copy of an SQLite database is while its backup is made or read: it takes as much room as the database.",
            options => options.Backups.TempFolder,
            (options, value) => options.Backups = options.Backups with { TempFolder = value },
            new() { Unset = "the system's folder for temporary files" });

    /// <exception cref="SettingException">Each replica would keep backups on a disk of its own, and none would know those of the others.</exception>
    public static void Check(RegistryOptions options)
    {
        if (options.Cluster.IsCluster && options.Backups is { Schedule: not null, Place: null })
        {
            throw new SettingException(
                $"{Schedule} is set in a cluster, and {Store} is not: name a place that all replicas reach, such as s3://bucket/prefix or a shared folder.");
        }
    }

    private static SettingKind<int> Number => SettingKind.Number(0, 10_000);

    private static string Help(string backups, string periods) =>
        $"How many {backups} backups are kept: the newest of each of so many {periods} that have one. While no `BACKUP_KEEP_…` is set, all are.";

    /// <summary>The thirtieth of February can be written, and never comes.</summary>
    private static bool IsSchedule(string text) =>
        CronExpression.TryParse(text, out var cron) && cron.GetNextOccurrence(DateTime.UnixEpoch) is not null;
}
