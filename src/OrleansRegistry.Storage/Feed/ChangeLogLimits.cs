namespace OrleansRegistry.Storage;

/// <summary>How many recent changes of agents a store holds for readers of its feed; the older are dropped first.</summary>
public sealed record ChangeLogLimits
{
    /// <summary>The most changes held: 1 or more.</summary>
    public int MaxChanges { get; init; } = 16_384;

    /// <summary>The most bytes of documents held, about: 1 or more. The newest change is held regardless of its size.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The most changes handed out at once: 1 or more.</summary>
    public int MaxBatch { get; init; } = 4_096;

    internal void Validate()
    {
        Require(MaxChanges >= 1, nameof(MaxChanges), MaxChanges);
        Require(MaxBytes >= 1, nameof(MaxBytes), MaxBytes);
        Require(MaxBatch >= 1, nameof(MaxBatch), MaxBatch);
    }

    private static void Require(bool holds, string name, long value)
    {
        if (!holds)
        {
            throw new StoreStartException($"{nameof(ChangeLogLimits)}.{name} is {value}: it must be 1 or more.");
        }
    }
}
