using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.Tests.Postgres;

public sealed class DatabaseTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Machine machine = new() { Now = Start };

    [Fact]
    public void Jumps_of_the_machines_clock_are_not_seen()
    {
        var time = new DatabaseTime(machine);
        Assert.Equal(Start, time.GetUtcNow());
        machine.Now += TimeSpan.FromDays(400);
        machine.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(Start.AddSeconds(2), time.GetUtcNow());
        machine.Now -= TimeSpan.FromDays(4000);
        Assert.Equal(Start.AddSeconds(2), time.GetUtcNow());
    }

    [Fact]
    public void It_is_what_the_database_told_half_way_between_question_and_answer()
    {
        var time = new DatabaseTime(machine);
        var asked = time.GetTimestamp();
        machine.Pass(TimeSpan.FromMilliseconds(200));
        time.Set(Start.AddHours(-3), asked);
        Assert.Equal(Start.AddHours(-3).AddMilliseconds(100), time.GetUtcNow());
        machine.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Start.AddHours(-3).AddMilliseconds(1100), time.GetUtcNow());
    }

    [Fact]
    public void A_late_answer_counts_only_where_there_was_none_before()
    {
        var time = new DatabaseTime(machine);
        var asked = time.GetTimestamp();
        machine.Pass(TimeSpan.FromSeconds(4));
        time.Set(Start.AddHours(1), asked);
        Assert.Equal(Start.AddHours(1).AddSeconds(2), time.GetUtcNow());

        asked = time.GetTimestamp();
        machine.Pass(TimeSpan.FromSeconds(4));
        time.Set(Start.AddHours(9), asked);
        Assert.Equal(Start.AddHours(1).AddSeconds(6), time.GetUtcNow());
    }

    private sealed class Machine : TimeProvider
    {
        private long steady = 1_000_000;

        public DateTimeOffset Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => (steady, Now) = (steady + time.Ticks, Now + time);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => steady;
    }
}
