using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Tasks;

internal sealed class TaskTailCommand : TailCommand
{
    public TaskTailCommand()
        : base(
            "tasks",
            "The task's id.",
            "Shows a task and then each change of it, until it is over.",
            "registry tasks tail t1",
            "registry tasks tail t1 --json | jq -r '.data.status.state // empty'")
    {
    }

    protected override bool IsLast(string name, JsonElement data) =>
        base.IsLast(name, data) || TaskStateCell.IsFinal(data.Find("status")?.Text("state"));

    protected override void Print(EventLines lines, string name, JsonElement data)
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
