namespace OrleansRegistry.Model;

/// <summary>The registry's clock.</summary>
public static class Timestamps
{
    /// <summary>Now in UTC, to the millisecond: what A2A carries.</summary>
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
