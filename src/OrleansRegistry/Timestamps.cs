namespace OrleansRegistry;

/// <summary>The registry's clock.</summary>
internal static class Timestamps
{
    /// <summary>
    /// What is left of a wait, in whole milliseconds, rounded up: a timer rounds down, and whoever waits again until the time is over would call
    /// again and again in the last of them.
    /// </summary>
    public static TimeSpan GetTimeLeft(this TimeProvider time, long began, TimeSpan wait) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((wait - time.GetElapsedTime(began)).TotalMilliseconds));

    /// <summary>Now in UTC, to the millisecond: what A2A carries.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time) => time.GetUtcNow().ToMilliseconds();

    /// <summary>The time without what is less than a millisecond.</summary>
    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}
