namespace OrleansRegistry.Grains;

/// <summary>What ends the waiting of calls that wait for something to happen, so that a silo can stop without them.</summary>
public sealed record GrainWaits(CancellationToken Stopping)
{
    /// <summary>
    /// The longest that one call of a grain waits; whoever wants to wait for longer calls again. When any silo leaves, Orleans ends the activations whose place in its
    /// directory was there, on whatever silo they are: such a one first lets its calls finish, and until then all others stand in line.
    /// </summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(2);
}
