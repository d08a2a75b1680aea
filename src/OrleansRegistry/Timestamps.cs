namespace OrleansRegistry;

/// <summary>The registry's clock.</summary>
internal static class Timestamps
{
    /// <summary>
    /// What is left of a wait, in whole milliseconds, rounded up: a timer takes less for nothing at all, and whoever waits again and again until the
    /// time is over would turn in a loop at the end of it.
    /// </summary>
    public static TimeSpan GetTimeLeft(this TimeProvider time, long began, TimeSpan wait) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((wait - time.GetElapsedTime(began)).TotalMilliseconds));

    /// <summary>Now in UTC, to the millisecond: what A2A carries.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time) => time.GetUtcNow().ToMilliseconds();

    /// <summary>The time without what is less than a millisecond.</summary>
    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}
