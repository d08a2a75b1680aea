using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Counts agents, or the values that they have.</summary>
internal sealed class AgentCountCommand : RegistryCommand
{
    private readonly AgentFilters filters = new();
    private readonly Option<string[]> by = new("--by")
    {
        Description = "Counts the values of this field, such as tag or output-mode; may be given again.",
        HelpName = "field",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> limit = new("--limit", "-n")
    {
        Description = "At most so many values of a field.",
        HelpName = "count",
        DefaultValueFactory = _ => AgentFacets.UsualValues,
    };

    public AgentCountCommand()
        : base(
            "count",
            "Counts agents, or the values that they have.",
            "registry agents count --tag weather --enabled",
            "registry agents count --by tag --by binding --not delivery=listed")
    {
        filters.AddTo(this);
        Add(by);
        Add(limit);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        string[] fields = [.. call.Get(by)!.Select(name => name.Replace('-', '_'))];
        var path = fields.Length == 0
            ? ApiPath.With("agents:count", filters.Query(call))
            : ApiPath.With(
                "agents:facets",
                [.. filters.Query(call), .. fields.Select(field => ("facet", (string?)field)), ("limit", $"{call.Get(limit)}")]);
        using var answer = await connection.Api.GetAsync(path, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Json);
        }
        else if (fields.Length == 0)
        {
            call.Answer.Line($"{answer.Json.Number("count")}");
        }
        else
        {
            Print(call, answer.Json, fields);
        }

        return ExitCode.Done;
    }

    private static void Print(CommandCall call, System.Text.Json.JsonElement json, string[] fields)
    {
        var table = new TextTable("FIELD", "VALUE", "AGENTS");
        foreach (var field in fields)
        {
            foreach (var value in json.GetProperty("facets").GetProperty(field).Entries("values"))
            {
                table.Add(field, Cell.Short(value.Text("value"), 100), $"{value.Number("count")}");
            }
        }

        if (table.Rows > 0)
        {
            call.Answer.Table(table);
        }

        call.Terminal.WriteNote($"Of {json.Number("total")} agents.");
    }
}
