namespace OrleansRegistry;

/// <summary>The states of an A2A task. The numbers are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.TaskState")]
public enum TaskState : byte
{
    Submitted = 1,
    Working = 2,
    InputRequired = 3,
    AuthRequired = 4,
    Completed = 5,
    Failed = 6,
    Canceled = 7,
    Rejected = 8,
}

/// <summary>Spellings and rules of <see cref="TaskState"/>.</summary>
public static class TaskStates
{
    private static readonly (TaskState State, string V10, string V03)[] Spellings =
    [
        (TaskState.Submitted, "TASK_STATE_SUBMITTED", "submitted"),
        (TaskState.Working, "TASK_STATE_WORKING", "working"),
        (TaskState.InputRequired, "TASK_STATE_INPUT_REQUIRED", "input-required"),
        (TaskState.AuthRequired, "TASK_STATE_AUTH_REQUIRED", "auth-required"),
        (TaskState.Completed, "TASK_STATE_COMPLETED", "completed"),
        (TaskState.Failed, "TASK_STATE_FAILED", "failed"),
        (TaskState.Canceled, "TASK_STATE_CANCELED", "canceled"),
        (TaskState.Rejected, "TASK_STATE_REJECTED", "rejected"),
    ];

    /// <summary>All states, in the order of their numbers.</summary>
    /// <summary>How A2A says that a state is not given; in a filter, any.</summary>
    public const string Unspecified = "TASK_STATE_UNSPECIFIED";

    public static IReadOnlyList<TaskState> All { get; } = [.. Spellings.Select(spelling => spelling.State)];

    /// <summary>True where the task is over: nothing about it changes any more.</summary>
    public static bool IsTerminal(this TaskState state) => state is TaskState.Completed or TaskState.Failed or TaskState.Canceled or TaskState.Rejected;

    /// <summary>As A2A 1.0 spells it: <c>TASK_STATE_INPUT_REQUIRED</c>.</summary>
    public static string ToV10(this TaskState state) => Spellings[(int)state - 1].V10;

    /// <summary>As A2A 0.3 spells it: <c>input-required</c>.</summary>
    public static string ToV03(this TaskState state) => Spellings[(int)state - 1].V03;

    /// <summary>Reads both spellings, exactly.</summary>
    public static TaskState? TryParse(string text)
    {
        foreach (var (state, v10, v03) in Spellings)
        {
            if (text == v10 || text == v03)
            {
                return state;
            }
        }

        return null;
    }
}
