using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Agents;

internal sealed class AgentListCommand : RegistryCommand
{
    private readonly AgentFilters filters = new();
    private readonly Option<string?> sort = AgentLists.SortOption();
    private readonly Option<int> limit = Pages.LimitOption();

    public AgentListCommand()
        : base(
            "list",
            "Lists agents in the order of their ids.",
            "registry agents list",
            "registry agents list --tag weather --enabled",
            "registry agents list --json | jq -r '.agents[].agent_id'")
    {
        filters.AddTo(this);
        Add(sort);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) =>
        AgentLists.PrintAsync(call, [.. filters.Query(call), ("sort", call.Get(sort))], call.Get(limit));
}

internal sealed class AgentSearchCommand : RegistryCommand
{
    private readonly Argument<string> text = new("words")
    {
        Description = "What is looked for, in a few words: the last may be unfinished, and one that no agent has may have a typo.",
    };
    private readonly Option<string?> by = new("--by")
    {
        Description = $"What agents are ranked by: {AgentSearchModes.AllNames}. Unless given, what the registry can do best.",
    };
    private readonly AgentFilters filters = new();
    private readonly Option<string?> sort = AgentLists.SortOption();
    private readonly Option<int> limit = Pages.LimitOption();

    public AgentSearchCommand()
        : base(
            "search",
            "Finds agents by words, best first.",
            "registry agents search forecast",
            "registry agents search 'rain in the next days' --provider Acme --limit 10")
    {
        Add(text);
        Add(by);
        filters.AddTo(this);
        Add(sort);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) =>
        AgentLists.PrintAsync(
            call, [("q", call.Get(text)), ("search", call.Get(by)), .. filters.Query(call), ("sort", call.Get(sort))], call.Get(limit));
}

internal static class AgentLists
{
    /// <summary>The largest page of agents.</summary>
    public const int PageSize = 1000;

    private const int LongestTags = 40;
    private const int LongestDescription = 70;

    public static Option<string?> SortOption() => new("--sort")
    {
        Description = "id, relevance, name, updated, registered, popularity, success or load; with - before it the largest or newest first "
            + "(--sort=-updated).",
        HelpName = "key",
    };

    public static Task<ExitCode> PrintAsync(CommandCall call, IEnumerable<(string Name, string? Value)> query, int limit) => Pages.PrintAsync(
        call,
        ApiPath.With("agents", [.. query, ("view", "record")]),
        "agents",
        PageSize,
        limit,
        ["AGENT", "STATE", "REVISION", "UPDATED", "TAGS", "DESCRIPTION"],
        Row);

    /// <summary>Whether it is enabled, and its life cycle unless it is active.</summary>
    public static Cell State(JsonElement agent)
    {
        var enabled = agent.Flag("enabled");
        var state = enabled ? "enabled" : "disabled";
        var lifeCycle = agent.Text("lifecycle");
        return lifeCycle is null or "active"
            ? Cell.Of(state, enabled ? Color.Green : Color.Yellow)
            : Cell.Of($"{lifeCycle}, {state}", Color.Yellow);
    }

    private static Cell[] Row(JsonElement agent)
    {
        var card = agent.Find("agent_card") ?? agent;
        return
        [
            Cell.Short(agent.Text("agent_id") ?? card.Text("name"), 256),
            State(agent),
            agent.Number("revision").ToString(System.Globalization.CultureInfo.InvariantCulture),
            Cell.Time(agent.Text("updated_at")),
            Cell.Short(Tags(card), LongestTags),
            Cell.Short(card.Text("description"), LongestDescription),
        ];
    }

    private static string Tags(JsonElement card) => string.Join(
        ", ",
        card.Entries("tags").Concat(card.Entries("skills").SelectMany(skill => skill.Entries("tags")))
            .Where(tag => tag.ValueKind == JsonValueKind.String)
            .Select(tag => tag.GetString())
            .Distinct(StringComparer.Ordinal));
}
