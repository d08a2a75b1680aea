namespace OrleansRegistry.Backups;

/// <summary>Decides which backups stay.</summary>
internal static class BackupRetention
{
    /// <summary>
    /// Those that go. Of each hour, day, week and month the newest good one counts, and of as many of these periods as the options say, the newest of
    /// those that have one. The newest good one stays in any case, and so does what cannot be judged here. A damaged one goes once a good one is
    /// newer.
    /// </summary>
    /// <param name="backups">Completed ones, in any order.</param>
    public static IReadOnlyList<BackupSet> Passed(IEnumerable<BackupSet> backups, BackupOptions options)
    {
        if (options.KeepsAll)
        {
            return [];
        }

        var known = backups.Where(backup => !backup.IsUnknown)
            .OrderByDescending(backup => backup.BegunAt).ThenByDescending(backup => backup.Name, StringComparer.Ordinal).ToArray();
        var good = known.Where(backup => backup.IsGood).ToArray();
        if (good.Length == 0)
        {
            return [];
        }

        HashSet<BackupSet> kept =
        [
            good[0],
            .. Newest(good, options.KeepHourly, at => at.Ticks / TimeSpan.TicksPerHour),
            .. Newest(good, options.KeepDaily, at => at.Ticks / TimeSpan.TicksPerDay),

            // The first day of all was a Monday.
            .. Newest(good, options.KeepWeekly, at => at.Ticks / TimeSpan.TicksPerDay / 7),
            .. Newest(good, options.KeepMonthly, at => (at.Year * 12) + at.Month),
        ];
        return [.. known.Where(backup => backup.BegunAt <= good[0].BegunAt && !kept.Contains(backup))];
    }

    private static IEnumerable<BackupSet> Newest(BackupSet[] newestFirst, int count, Func<DateTime, long> period) =>
        newestFirst.DistinctBy(backup => period(backup.BegunAt.UtcDateTime)).Take(count);
}
