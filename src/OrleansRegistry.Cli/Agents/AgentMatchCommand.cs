using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Finds the agents for a job.</summary>
internal sealed class AgentMatchCommand : RegistryCommand
{
    private readonly Argument<string?> text = new("text") { Description = "The job in a few words.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> require = Pairs("--require", "An agent must have this, such as --require skill=forecast; may be given again.");
    private readonly Option<string[]> prefer = Pairs("--prefer", "This counts for an agent that has it; may be given again.");
    private readonly Option<string[]> not = Pairs("--not", "An agent must not have this; may be given again.");
    private readonly Option<int?> maxOpen = new("--max-open-tasks") { Description = "Agents with no more open tasks.", HelpName = "count" };
    private readonly Option<double?> minSuccess = new("--min-success-rate")
    {
        Description = "Agents whose tasks of the last day went well at this rate, 0 to 1, or that had none.",
        HelpName = "rate",
    };

    private readonly Option<bool> leastLoaded = new("--least-loaded") { Description = "Those with the fewest open tasks first." };
    private readonly Option<int> limit = new("--limit", "-n")
    {
        Description = "At most so many agents, up to 100.",
        HelpName = "count",
        DefaultValueFactory = _ => AgentJob.UsualLimit,
    };

    public AgentMatchCommand()
        : base(
            "match",
            "Finds the agents for a job, the best first, with the reasons.",
            "registry agents match 'rain in the next days' --require output-mode=image/png",
            "registry agents match --require skill=forecast --prefer tag=sea --not tag=beta --least-loaded")
    {
        Add(text);
        foreach (var option in (Option[])[require, prefer, not, maxOpen, minSuccess, leastLoaded, limit])
        {
            Add(option);
        }
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var job = new AgentJob
        {
            Text = call.Get(text),
            Required = Read(call, require),
            Preferred = Read(call, prefer),
            Not = Read(call, not),
            MaxOpenTasks = call.Get(maxOpen),
            MinSuccessRate = call.Get(minSuccess),
            Order = call.Get(leastLoaded) ? AgentJobOrder.LeastLoaded : AgentJobOrder.Best,
            Limit = call.Get(limit),
        };
        var connection = await call.ConnectAsync();
        using var answer = await connection.Api.SendAsync(HttpMethod.Post, "agents:match", JobMessages.Of(job), null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Json);
            return ExitCode.Done;
        }

        var table = new TextTable("AGENT", "SCORE", "WHY", "LACKS");
        foreach (var found in answer.Json.Entries("agents"))
        {
            table.Add(
                Cell.Short(found.GetProperty("agent").Text("agent_id"), 256), Number(found.GetProperty("score")), Why(found),
                Cell.Short(Values(found.GetProperty("missing")), 100));
        }

        if (table.Rows > 0)
        {
            call.Answer.Table(table);
        }

        call.Terminal.WriteNote($"Of {answer.Json.Number("found")} agents.");
        return ExitCode.Done;
    }

    private static OrleansRegistry.AgentFilters Read(CommandCall call, Option<string[]> option)
    {
        var filters = OrleansRegistry.AgentFilters.None;
        foreach (var pair in call.Get(option)!)
        {
            var (field, value) = AgentFilters.Pair(option.Name, pair);
            filters = filters.With(field, [.. filters[field], value]);
        }

        return filters;
    }

    private static string Why(JsonElement found) =>
        string.Join(", ", found.Entries("parts").Select(part => $"{part.Text("part")} {Number(part.GetProperty("value"))}"));

    private static string Values(JsonElement filters) => string.Join(
        ", ", filters.EnumerateObject().SelectMany(field => field.Value.EnumerateArray().Select(value => $"{field.Name}={value.GetString()}")));

    private static string Number(JsonElement number) => number.GetDouble().ToString("0.###", CultureInfo.InvariantCulture);

    private static Option<string[]> Pairs(string name, string description) =>
        new(name) { Description = description, HelpName = "field=value", DefaultValueFactory = _ => [] };
}
