using System.Text.Json;
using Spectre.Console;
using OrleansRegistry.Cli.Tasks;

namespace OrleansRegistry.Cli.Contexts;

internal sealed class ContextTailCommand : TailCommand
{
    public ContextTailCommand()
        : base(
            "contexts",
            "The context's id.",
            "Shows a context and then each change of it, until it is deleted.",
            "registry contexts tail c1",
            "registry contexts tail c1 --json")
    {
    }

    protected override void Print(EventLines lines, string name, JsonElement data)
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
