using System.Runtime.InteropServices;

namespace OrleansRegistry;

/// <summary>What an agent's tasks tell of it, as of some seconds ago.</summary>
/// <param name="OpenTasks">How many of its tasks are neither over nor deleted.</param>
/// <param name="LastHour">Of tasks that ended in the last 60 minutes.</param>
/// <param name="LastDay">Of tasks that ended in the last 24 hours.</param>
public sealed record AgentActivity(int OpenTasks, AgentOutcomes LastHour, AgentOutcomes LastDay);

/// <summary>How tasks of an agent ended. Those that were canceled are in none of these figures.</summary>
/// <param name="Completed">How many were completed.</param>
/// <param name="Failed">How many failed, or were rejected.</param>
/// <param name="MedianTime">Half of the completed ones took no longer than that, from being submitted to the end; null where there are none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AgentOutcomes(int Completed, int Failed, TimeSpan? MedianTime)
{
    /// <summary>From 0 to 1; null where no task ended.</summary>
    public double? SuccessRate => Completed + Failed == 0 ? null : (double)Completed / (Completed + Failed);
}
