namespace OrleansRegistry;

/// <summary>The registry's clock.</summary>
internal static class Timestamps
{
    /// <summary>Now in UTC, to the millisecond: what A2A carries.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time) => time.GetUtcNow().ToMilliseconds();

    /// <summary>The time without what is less than a millisecond.</summary>
    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}
