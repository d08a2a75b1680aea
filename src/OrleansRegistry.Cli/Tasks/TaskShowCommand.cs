using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Tasks;

internal sealed class TaskShowCommand : RegistryCommand
{
    private const int LongestId = 256;
    private const int LongestText = 500;

    private readonly Argument<string> id = new("id") { Description = "The task's id." };
    private readonly Option<int> history = new("--history")
    {
        Description = "The newest so many messages; 0: all.",
        HelpName = "count",
        DefaultValueFactory = _ => 0,
    };

    public TaskShowCommand()
        : base("show", "Shows one task with its messages and artifacts.", "registry tasks show t1", "registry tasks show t1 --history 1 --json")
    {
        Add(id);
        Add(history);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var path = ApiPath.With(
            ApiPath.Of("tasks", call.Get(id)), ("history_length", call.Get(history).ToString(CultureInfo.InvariantCulture)));
        using var answer = await connection.Api.GetAsync(path, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            Print(call.Answer, answer.Json);
        }

        return ExitCode.Done;
    }

    private static void Print(Answer answer, JsonElement task)
    {
        var status = task.Find("status") ?? default;
        var facts = new TextTable("", "");
        facts.Add("task", Cell.Short(task.Text("id"), LongestId));
        facts.Add("state", TaskStateCell.Of(status.Text("state")));
        facts.Add("since", Cell.Time(status.Text("timestamp")));
        if (status.Find("message") is { } said)
        {
            facts.Add("says", Cell.Short(MessageText.Parts(said), LongestText));
        }

        facts.Add("agent", Cell.Short(task.Text("agentId"), LongestId));
        facts.Add("context", Cell.Short(task.Text("contextId"), LongestId));
        facts.Add("owner", Cell.Short(task.Text("owner"), LongestId));
        facts.Add("generation", task.Number("generation").ToString(CultureInfo.InvariantCulture));
        facts.Add("created", Cell.Time(task.Text("createdAt")));
        facts.Add("updated", Cell.Time(task.Text("updatedAt")));
        AddIfThere(facts, "deadline", task.Text("deadline"));
        if (task.Find("lease") is { } lease)
        {
            facts.Add("worker", Cell.Short($"{lease.Text("worker")} until {Times.Short(lease.Text("expiresAt"))}", LongestText));
        }

        if (task.Find("metadata") is { } metadata)
        {
            facts.Add("metadata", Cell.Short(metadata.GetRawText(), LongestText));
        }

        answer.Table(facts);
        PrintEach(answer, "MESSAGE", task.Entries("history"), message => Cell.Of(MessageText.Role(message), Color.Blue));
        PrintEach(answer, "ARTIFACT", task.Entries("artifacts"), artifact => Cell.Short(artifact.Text("artifactId") ?? artifact.Text("name"), 60));
    }

    private static void AddIfThere(TextTable facts, string name, string? time)
    {
        if (time is not null)
        {
            facts.Add(name, Cell.Time(time));
        }
    }

    private static void PrintEach(Answer answer, string heading, IEnumerable<JsonElement> items, Func<JsonElement, Cell> first)
    {
        var table = new TextTable(heading, "");
        foreach (var item in items)
        {
            table.Add(first(item), Cell.Short(MessageText.Parts(item), LongestText));
        }

        if (table.Rows > 0)
        {
            answer.Line("");
            answer.Table(table);
        }
    }
}
