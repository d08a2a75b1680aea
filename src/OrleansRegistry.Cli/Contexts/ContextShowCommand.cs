using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using OrleansRegistry.Cli.Tasks;

namespace OrleansRegistry.Cli.Contexts;

internal sealed class ContextShowCommand : RegistryCommand
{
    private const int LongestId = 256;
    private const int LongestText = 500;
    private const string MostMessages = "100";

    private readonly Argument<string> id = new("id") { Description = "The context's id." };

    public ContextShowCommand()
        : base(
            "show",
            "Shows one context, its data, its first messages and its newest tasks.",
            "registry contexts show c1",
            "registry contexts show c1 --json") => Add(id);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var api = (await call.ConnectAsync()).Api;
        var named = call.Get(id);
        using var answer = await api.GetAsync(ApiPath.Of("contexts", named), call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        var context = answer.Json;
        var facts = new TextTable("", "");
        facts.Add("context", Cell.Short(context.Text("id"), LongestId));
        facts.Add("owner", Cell.Short(context.Text("owner"), LongestId));
        facts.Add("data", Cell.Short(context.Find("data")?.GetRawText(), LongestText));
        facts.Add("generation", context.Number("generation").ToString(CultureInfo.InvariantCulture));
        facts.Add("created", Cell.Time(context.Text("createdAt")));
        facts.Add("updated", Cell.Time(context.Text("updatedAt")));
        facts.Add("messages", context.Number("messageCount"));
        facts.Add("tasks", context.Number("taskCount"));
        call.Answer.Table(facts);

        using var messages = await api.GetAsync(
            ApiPath.With(ApiPath.Of("contexts", named, "/messages"), ("page_size", MostMessages)), call.Cancellation);
        PrintEach(call.Answer, "MESSAGE", messages.Json.Entries("messages"), message =>
            [Cell.Of(MessageText.Role(message), Color.Blue), Cell.Short(MessageText.Parts(message), LongestText)]);
        using var tasks = await api.GetAsync(ApiPath.Of("contexts", named, "/tasks"), call.Cancellation);
        PrintEach(call.Answer, "TASK", tasks.Json.Entries("tasks"), task =>
            [Cell.Short(task.Text("id"), LongestId), TaskStateCell.Of(task.Find("status")?.Text("state"))]);
        return ExitCode.Done;
    }

    private static void PrintEach(Answer answer, string heading, IEnumerable<JsonElement> items, Func<JsonElement, Cell[]> row)
    {
        var table = new TextTable(heading, "");
        foreach (var item in items)
        {
            table.Add(row(item));
        }

        if (table.Rows > 0)
        {
            answer.Line("");
            answer.Table(table);
        }
    }
}
