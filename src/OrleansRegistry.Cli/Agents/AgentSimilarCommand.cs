using System.CommandLine;
using System.Globalization;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Shows agents that are like another one.</summary>
internal sealed class AgentSimilarCommand : RegistryCommand
{
    private readonly Argument<string> id = new("id") { Description = "The agent." };
    private readonly Option<int> limit = new("--limit", "-n")
    {
        Description = "At most so many agents, up to 100.",
        HelpName = "count",
        DefaultValueFactory = _ => SimilarAgents.Usual,
    };

    public AgentSimilarCommand()
        : base("similar", "Shows agents that are like another one, by skills, tags and words.", "registry agents similar weather --limit 5")
    {
        Add(id);
        Add(limit);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var path = ApiPath.With(ApiPath.Of("agents", call.Get(id)!, "/similar"), ("limit", $"{call.Get(limit)}"));
        using var answer = await connection.Api.GetAsync(path, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Json);
            return ExitCode.Done;
        }

        var table = new TextTable("AGENT", "SCORE", "SKILLS", "TAGS");
        foreach (var similar in answer.Json.Entries("agents"))
        {
            table.Add(
                Cell.Short(similar.GetProperty("agent").Text("agent_id"), 256),
                similar.GetProperty("score").GetDouble().ToString("0.###", CultureInfo.InvariantCulture),
                Cell.Short(string.Join(", ", similar.Strings("skills")), 60),
                Cell.Short(string.Join(", ", similar.Strings("tags")), 60));
        }

        if (table.Rows > 0)
        {
            call.Answer.Table(table);
        }
        else
        {
            call.Terminal.WriteNote("There are none.");
        }

        return ExitCode.Done;
    }
}
