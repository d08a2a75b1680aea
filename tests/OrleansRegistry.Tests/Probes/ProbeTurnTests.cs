namespace OrleansRegistry.Tests.Probes;

/// <summary>When an agent's next probe is.</summary>
public sealed class ProbeTurnTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Turns_come_once_an_interval_and_are_spread_over_it()
    {
        var turns = Enumerable.Range(0, 1_000).Select(i => ProbeTimes.After(new RecordKey("t", $"a{i}"), Hour, Noon)).ToList();
        Assert.All(turns, turn => Assert.InRange(turn, Noon + TimeSpan.FromTicks(1), Noon + Hour));
        for (var part = 0; part < 4; part++)
        {
            Assert.InRange(turns.Count(turn => turn > Noon + (part * Hour / 4) && turn <= Noon + ((part + 1) * Hour / 4)), 180, 320);
        }

        var key = new RecordKey("t", "a");
        var next = ProbeTimes.After(key, Hour, Noon);
        Assert.Equal(next, ProbeTimes.After(key, Hour, next - TimeSpan.FromTicks(1)));
        Assert.Equal(next + Hour, ProbeTimes.After(key, Hour, next));
        Assert.InRange(ProbeTimes.First(key, Hour, Noon), Noon, Noon + Minute);
        Assert.InRange(ProbeTimes.First(key, TimeSpan.FromSeconds(5), Noon), Noon, Noon + TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(600, 60, 3_600)]
    [InlineData(2 * 86_400, 60, 2 * 86_400)]
    [InlineData(60, 60, 480)]
    [InlineData(5, 5, 40)]
    public void After_failures_the_pause_doubles_up_to_an_hour_or_eight_intervals(int interval, int first, int longest)
    {
        for (var (failures, most) = (1, first); failures < 100; (failures, most) = (failures + 1, Math.Min(most * 2, longest)))
        {
            Assert.Equal(TimeSpan.FromSeconds(most), ProbeTimes.Pause(failures, TimeSpan.FromSeconds(interval), chance: 0));
            Assert.Equal(TimeSpan.FromSeconds(most) / 2, ProbeTimes.Pause(failures, TimeSpan.FromSeconds(interval), chance: 1));
        }
    }

    [Fact]
    public void A_look_at_all_leaves_the_earlier_turn_and_turns_that_were_replaced_are_not_kept()
    {
        var queue = new ProbeQueue();
        var (a, b, gone) = (new RecordKey("t", "a"), new RecordKey("t", "b"), new RecordKey("t", "gone"));
        queue.Set(a, Noon + Minute);
        queue.Set(b, Noon + (2 * Hour));
        queue.Set(gone, Noon);
        queue.Replace(new Dictionary<RecordKey, DateTimeOffset> { [a] = Noon + Hour, [b] = Noon + Hour });
        Assert.Equal((2, Noon + Minute), (queue.Count, queue.First));
        Assert.True(queue.TryTake(Noon + Minute, out var first));
        Assert.Equal(a, first);
        queue.SetNext(a, Noon + (3 * Hour));
        queue.SetNext(a, Noon + (4 * Hour));
        Assert.True(queue.TryTake(Noon + Hour, out first));
        Assert.Equal(b, first);
        Assert.Equal(Noon + (3 * Hour), queue.First);
        for (var i = 1; i <= 5_000; i++)
        {
            queue.Set(a, Noon + (i * Hour));
        }

        Assert.InRange(queue.Entries, 1, 1_100);
        Assert.False(queue.TryTake(Noon + (4_999 * Hour), out _));
        Assert.True(queue.TryTake(Noon + (5_000 * Hour), out _));
    }
}
