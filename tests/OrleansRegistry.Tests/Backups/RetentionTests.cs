using OrleansRegistry.Backups;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Tests.Backups;

public sealed class BackupRetentionTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 30, 0, TimeSpan.Zero);

    /// <summary>A backup every second hour for a year: in the end there are those that the settings name, and never fewer than could be.</summary>
    [Fact]
    public void A_year_of_backups()
    {
        var options = new BackupOptions { KeepHourly = 24, KeepDaily = 7, KeepWeekly = 5, KeepMonthly = 12 };
        var kept = new List<BackupSet>();
        var most = 0;
        for (var hour = 1; hour < 365 * 24; hour += 2)
        {
            kept.Add(Set(Begin.AddHours(hour)));
            var passed = BackupRetention.Passed(kept, options);
            Assert.DoesNotContain(kept[^1], passed);
            kept = [.. kept.Except(passed)];
            most = Math.Max(most, kept.Count);
        }

        Assert.InRange(most, 24, 24 + 7 + 5 + 12);
        var newest = kept[^1].BegunAt;
        Assert.Equal(24, kept.Count(backup => backup.BegunAt > newest.AddHours(-48)));
        var days = kept.Select(backup => backup.BegunAt.Date).Distinct().ToArray();
        Assert.All(Enumerable.Range(0, 7), day => Assert.Contains(newest.Date.AddDays(-day), days));

        // The last of each month, as long as it is over.
        Assert.Equal(
            Enumerable.Range(1, 12).Select(month => new DateTimeOffset(2026, month, 1, 23, 30, 0, TimeSpan.Zero).AddMonths(1).AddDays(-1)),
            kept.GroupBy(backup => backup.BegunAt.Month).Select(month => month.Max(backup => backup.BegunAt)).Order());
    }

    [Fact]
    public void Without_a_setting_all_stay() =>
        Assert.Empty(BackupRetention.Passed([Set(Begin), Set(Begin.AddYears(1))], new BackupOptions()));

    [Fact]
    public void The_newest_good_one_stays_whatever_is_damaged()
    {
        var options = new BackupOptions { KeepHourly = 1 };
        var old = Set(Begin);
        var good = Set(Begin.AddDays(1));
        var damaged = Set(Begin.AddDays(2), fault: "part 1 is missing");
        Assert.Equal([old], BackupRetention.Passed([old, good, damaged], options));

        // It goes once a good one is newer.
        var newest = Set(Begin.AddDays(3));
        Assert.Equivalent(new[] { good, damaged }, BackupRetention.Passed([good, damaged, newest], options));
        Assert.Empty(BackupRetention.Passed([damaged], options));
    }

    [Fact]
    public void What_cannot_be_judged_stays_and_counts_for_nothing()
    {
        var newer = Set(Begin.AddDays(9), fault: "a newer version made it") with { IsUnknown = true };
        var good = Set(Begin);
        Assert.Empty(BackupRetention.Passed([newer, good], new BackupOptions { KeepHourly = 1 }));
    }

    private static BackupSet Set(DateTimeOffset at, string? fault = null)
    {
        var name = BackupName.New(at);
        Assert.Equal(at, BackupName.TimeOf(name));
        var manifest = new BackupManifest(new BackupRecord(name, at), 0, null);
        return new BackupSet(name, at, [new ObjectInfo($"backups/{name}/manifest.json", 1, at)], manifest, fault);
    }
}
