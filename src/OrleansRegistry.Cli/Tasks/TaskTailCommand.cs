using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Tasks;

internal sealed class TaskTailCommand : RegistryCommand
{
    private readonly Argument<string> id = new("id") { Description = "The task's id." };

    public TaskTailCommand()
        : base(
            "tail",
            "Shows a task and then each change of it, until it is over.",
            "registry tasks tail t1",
            "registry tasks tail t1 --json | jq -r '.data.status.state // empty'") => Add(id);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var lines = new EventLines(call);
        await new EventTail(connection.Api, ApiPath.Of("tasks", call.Get(id), "/events"), call.Terminal).RunAsync(
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

                return name != "deleted" && !TaskStateCell.IsFinal(data.Find("status")?.Text("state"));
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

        foreach (var message in data.Entries("history").Concat(data.Entries("messages")))
        {
            lines.Add(Cell.Of(MessageText.Role(message), Color.Blue), MessageText.Parts(message));
        }

        foreach (var entry in data.Entries("artifacts"))
        {
            var artifact = entry.Find("artifact") ?? entry;
            lines.Add(Cell.Of("artifact", Color.Purple), $"{artifact.Text("artifactId") ?? artifact.Text("name")}: {MessageText.Parts(artifact)}");
        }

        if (data.Find("status") is { } status)
        {
            lines.Add(TaskStateCell.Of(status.Text("state")), status.Find("message") is { } said ? MessageText.Parts(said) : null);
        }
        else if (data.Find("metadata") is { } metadata)
        {
            lines.Add("metadata", metadata.GetRawText());
        }
    }
}
