namespace OrleansRegistry;

/// <summary>The states of an A2A task (A2A 1.0, section 4.1.3). The numbers are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.TaskState")]
public enum TaskState : byte
{
    /// <summary>Waits for an agent or worker.</summary>
    Submitted = 1,
    /// <summary>An agent works on it.</summary>
    Working = 2,
    /// <summary>Waits for input of the user.</summary>
    InputRequired = 3,
    /// <summary>Waits for authentication of the user.</summary>
    AuthRequired = 4,
    /// <summary>Terminal: succeeded.</summary>
    Completed = 5,
    /// <summary>Terminal: failed, or its deadline passed.</summary>
    Failed = 6,
    /// <summary>Terminal: canceled by a caller.</summary>
    Canceled = 7,
    /// <summary>Terminal: the agent declined it.</summary>
    Rejected = 8,
}

/// <summary>Names and rules of <see cref="TaskState"/>.</summary>
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

    /// <summary>The A2A name for no state; in a filter, any state.</summary>
    public const string Unspecified = "TASK_STATE_UNSPECIFIED";

    /// <summary>All states, in the order of their numbers.</summary>
    public static IReadOnlyList<TaskState> All { get; } = [.. Spellings.Select(spelling => spelling.State)];

    /// <summary>Whether the state is terminal: a task in it no longer changes.</summary>
    public static bool IsTerminal(this TaskState state) =>
        state is TaskState.Completed or TaskState.Failed or TaskState.Canceled or TaskState.Rejected;

    /// <summary>The A2A 1.0 name, such as <c>TASK_STATE_INPUT_REQUIRED</c>.</summary>
    public static string ToV10(this TaskState state) => Spellings[(int)state - 1].V10;

    /// <summary>The A2A 0.3 name, such as <c>input-required</c>.</summary>
    public static string ToV03(this TaskState state) => Spellings[(int)state - 1].V03;

    /// <summary>Parses an A2A 1.0 or 0.3 name, case-sensitive; null when it is neither.</summary>
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
