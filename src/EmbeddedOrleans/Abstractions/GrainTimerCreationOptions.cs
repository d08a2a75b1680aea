using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>When a grain timer fires. <see cref="Period"/> is counted from the end of one callback to the next.</summary>
public readonly struct GrainTimerCreationOptions()
{
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
        : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    public required TimeSpan DueTime { get; init; }
    public required TimeSpan Period { get; init; }

    /// <summary>Whether the callback may run between the turns of calls; otherwise it waits as a call does.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a callback counts as use, and so puts off idle collection.</summary>
    public bool KeepAlive { get; init; }
}
