using Cronos;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>The settings of snapshots; some have the names that Persist documents.</summary>
internal static class SnapshotSettings
{
    public static SettingGroup<RegistryOptions> Group { get; } = new SettingGroup<RegistryOptions>("Snapshots")
        .Add(
            "SNAPSHOT_STORE",
            ObjectPlace.Setting,
            "Where the files of snapshots are. In a cluster every process must reach it.",
            options => options.Snapshots.Place,
            (options, value) => options.Snapshots = options.Snapshots with { Place = value },
            new() { Aliases = ["PERSIST_LOCAL_PATH"], Unset = "`snapshots` in the data folder", More = "data.md#snapshots" })
        .Add(
            "PERSIST_MAX_FILE_SIZE",
            SettingKind.Number(1024L, 1L << 40),
            "The largest state of a snapshot, unpacked.",
            options => options.Snapshots.MaxBytes,
            (options, value) => options.Snapshots = options.Snapshots with { MaxBytes = value })
        .Add(
            "PERSIST_COMPRESSION_LEVEL",
            SettingKind.Number(0, 9),
            "How hard gzip tries to make the files of snapshots small.",
            options => options.Snapshots.CompressionLevel,
            (options, value) => options.Snapshots = options.Snapshots with { CompressionLevel = value })
        .Add(
            "SNAPSHOT_KEEP",
            SettingKind.Number(0, 1_000_000),
            "How many snapshots of a session are kept: with each that is saved, older ones go. 0 keeps all.",
            options => options.Snapshots.Keep,
            (options, value) => options.Snapshots = options.Snapshots with { Keep = value })
        .Add(
            "SNAPSHOT_RETENTION_SECONDS",
            SettingKind.SecondsOrNever(int.MaxValue),
            "Snapshots that were taken so long ago are deleted.",
            options => options.Snapshots.Retention,
            (options, value) => options.Snapshots = options.Snapshots with { Retention = value })
        .Add(
            "SNAPSHOT_SCHEDULE",
            SettingKind.Text("a cron expression such as `0 3 * * *`, in UTC", IsSchedule),
            "When the card of every agent is saved with its open tasks, in the session `scheduled`.",
            options => options.Snapshots.Schedule,
            (options, value) => options.Snapshots = options.Snapshots with { Schedule = value },
            new() { Unset = "never" });

    private static bool IsSchedule(string text) => CronExpression.TryParse(text, out _);
}
