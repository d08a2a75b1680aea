using Spectre.Console;

namespace OrleansRegistry.Cli.Tasks;

/// <summary>States of tasks as people read them.</summary>
internal static class TaskStateCell
{
    private const string Prefix = "TASK_STATE_";

    /// <summary><c>TASK_STATE_INPUT_REQUIRED</c> is <c>input-required</c>.</summary>
    public static string Name(string? state) => (state ?? "").Replace(Prefix, "", StringComparison.Ordinal).ToLowerInvariant().Replace('_', '-');

    public static Cell Of(string? state) => Name(state) switch
    {
        "completed" => Cell.Of("completed", Color.Green),
        "failed" => Cell.Of("failed", Color.Red),
        "rejected" => Cell.Of("rejected", Color.Red),
        "canceled" => Cell.Of("canceled", Color.Grey),
        "working" => Cell.Of("working", Color.Blue),
        "submitted" => Cell.Of("submitted", Color.Aqua),
        var other => Cell.Of(other, Color.Yellow),
    };

    /// <summary>Nothing follows this state.</summary>
    public static bool IsFinal(string? state) => Name(state) is "completed" or "failed" or "canceled" or "rejected";
}
