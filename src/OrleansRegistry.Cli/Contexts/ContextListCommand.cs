using System.CommandLine;
using System.Text.Json;
using OrleansRegistry.Cli.Tasks;

namespace OrleansRegistry.Cli.Contexts;

internal sealed class ContextListCommand : RegistryCommand
{
    private readonly Option<int> limit = Pages.LimitOption();

    public ContextListCommand()
        : base("list", "Lists contexts, newest change first.", "registry contexts list", "registry contexts list --limit 20 --json") => Add(limit);

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        "contexts",
        "contexts",
        TaskListCommand.PageSize,
        call.Get(limit),
        ["CONTEXT", "UPDATED", "TASKS", "MESSAGES", "DATA"],
        Row);

    private static Cell[] Row(JsonElement context) =>
    [
        Cell.Short(context.Text("id"), 256),
        Cell.Time(context.Text("updatedAt")),
        context.Number("taskCount"),
        context.Number("messageCount"),
        Cell.Short(context.Find("data")?.GetRawText(), 70),
    ];
}
