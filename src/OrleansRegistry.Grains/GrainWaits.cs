namespace OrleansRegistry.Grains;

/// <summary>What ends the waiting of calls that wait for something to happen, so that a silo can stop without them.</summary>
public sealed record GrainWaits(CancellationToken Stopping)
{
    /// <summary>The longest that one call of a grain waits: well under the time in which a grain must answer.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(20);
}
