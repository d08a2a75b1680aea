using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using OrleansRegistry.Cli.Tasks;

namespace OrleansRegistry.Cli.Contexts;

internal sealed class ContextTailCommand : RegistryCommand
{
    private readonly Argument<string> id = new("id") { Description = "The context's id." };

    public ContextTailCommand()
        : base(
            "tail",
            "Shows a context and then each change of it, until it is deleted.",
            "registry contexts tail c1",
            "registry contexts tail c1 --json") => Add(id);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var lines = new EventLines(call);
        await new EventTail(connection.Api, ApiPath.Of("contexts", call.Get(id), "/events"), call.Terminal).RunAsync(
            async (name, data) =>
            {
                if (call.IsJson)
                {
                    await lines.JsonAsync(name, data);
                }
                else
                {
                    Print(lines, name, data);
                    await lines.FlushAsync();
                }

                return name != "deleted";
            },
            call.Cancellation);
        return ExitCode.Done;
    }

    private static void Print(EventLines lines, string name, JsonElement data)
    {
        if (name == "deleted")
        {
            lines.Add(Cell.Of("deleted", Color.Red));
            return;
        }

        foreach (var message in data.Entries("messages"))
        {
            lines.Add(Cell.Of(MessageText.Role(message), Color.Blue), MessageText.Parts(message));
        }

        if (data.Text("taskId") is { } task)
        {
            lines.Add(Cell.Of("new task", Color.Green), task);
        }

        if (data.Flag("cleared"))
        {
            lines.Add(Cell.Of("cleared", Color.Red));
        }

        if (data.Find("data") is { } kept)
        {
            lines.Add("data", kept.GetRawText());
        }
    }
}
