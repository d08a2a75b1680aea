namespace OrleansRegistry.Tests.Grains;

public sealed class GenerationTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private DateTimeOffset now = Now;

    [Fact]
    public void What_comes_after_a_deletion_begins_above_it_even_with_a_clock_that_stands_or_goes_back()
    {
        var generations = new Generations(new SetTime(() => now));
        var last = 0L;
        foreach (var seconds in (int[])[0, 0, -3600, 1, -1, 7200])
        {
            now = Now.AddSeconds(seconds);
            var first = generations.First();
            Assert.True(first > last, $"{first} after {last}");
            last = first + 1234;
            generations.End(last);
            generations.End(5);
        }
    }

    [Fact]
    public void Of_another_process_it_is_above_what_a_thousand_changes_a_millisecond_made()
    {
        var first = new Generations(new SetTime(() => now)).First();
        now = now.AddMilliseconds(250);
        Assert.True(new Generations(new SetTime(() => now)).First() >= first + 250_000);
    }

    [Fact]
    public void JavaScript_keeps_it_exactly()
    {
        now = now.AddYears(100);
        Assert.InRange(new Generations(new SetTime(() => now)).First(), 1, (1L << 53) - 1);
    }

    private sealed class SetTime(Func<DateTimeOffset> now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now();
    }
}
