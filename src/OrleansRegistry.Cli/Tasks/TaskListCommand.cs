using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Tasks;

internal sealed class TaskListCommand : RegistryCommand
{
    /// <summary>The largest page of tasks and contexts.</summary>
    public const int PageSize = 100;

    private readonly Option<string?> context = new("--context") { Description = "Tasks of this context.", HelpName = "id" };
    private readonly Option<string?> agent = new("--agent") { Description = "Tasks of this agent.", HelpName = "id" };
    private readonly Option<string?> since = new("--since") { Description = "Tasks whose status is of this time or later.", HelpName = "time" };
    private readonly Option<string[]> states = new("--state")
    {
        Description = "Tasks in this state, such as working or input-required; given again, in any of them.",
        HelpName = "state",
        DefaultValueFactory = _ => [],
        CompletionSources = { "submitted", "working", "input-required", "auth-required", "completed", "failed", "canceled", "rejected" },
    };

    private readonly Option<int> limit = Pages.LimitOption();

    public TaskListCommand()
        : base(
            "list",
            "Lists tasks, newest status first.",
            "registry tasks list",
            "registry tasks list --state working --state submitted --agent weather",
            "registry tasks list --since 2026-01-31T12:00:00Z --json")
    {
        Add(context);
        Add(agent);
        Add(states);
        Add(since);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        ApiPath.With(
            "tasks",
            [
                ("context_id", call.Get(context)),
                ("agent_id", call.Get(agent)),
                .. call.Get(states)!.Select(state => ("state", (string?)state)),
                ("status_timestamp_after", call.Get(since)),
            ]),
        "tasks",
        PageSize,
        call.Get(limit),
        ["TASK", "STATE", "SINCE", "AGENT", "CONTEXT", "MESSAGES", "ARTIFACTS"],
        Row);

    private static Cell[] Row(JsonElement task)
    {
        var status = task.Find("status") ?? default;
        return
        [
            Cell.Short(task.Text("id"), 256),
            TaskStateCell.Of(status.Text("state")),
            Cell.Time(status.Text("timestamp")),
            Cell.Short(task.Text("agentId"), 40),
            Cell.Short(task.Text("contextId"), 40),
            task.Number("historyCount"),
            task.Number("artifactCount"),
        ];
    }
}
