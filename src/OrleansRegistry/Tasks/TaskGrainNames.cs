namespace OrleansRegistry.Tasks;

/// <summary>The names by which configuration and storage know the grains of tasks.</summary>
internal static class TaskGrainNames
{
    /// <summary>The grain classes, as <c>GrainCollectionOptions</c> takes them.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        [typeof(TaskGrain).FullName!, typeof(FeedbackGrain).FullName!, typeof(AgentWorkGrain).FullName!, typeof(PushGrain).FullName!];

    /// <summary>The name of a task's state.</summary>
    public const string StateName = "task";

    /// <summary>The name of the state of a task's feedback.</summary>
    public const string FeedbackStateName = "feedback";
}
