namespace OrleansRegistry.Grains;

/// <summary>What ends the waiting of calls that wait for something to happen, so that a silo can stop without them.</summary>
internal sealed record GrainWaits(CancellationToken Stopping)
{
    public bool IsStopping => Stopping.IsCancellationRequested;

    /// <summary>
    /// The longest that one call of a grain waits; whoever wants to wait for longer calls again. An activation that Orleans ends, as it was seen to
    /// do on other silos too when one leaves, first lets its calls finish, and until then all others stand in line.
    /// </summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(2);
}
