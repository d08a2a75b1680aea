using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Agents;

/// <summary>Finds and shows agents.</summary>
internal sealed class AgentReadTools(IAgentRegistry agents, ITaskRegistry tasks)
{
    private const int UsualPage = 20;
    private const int MostFacets = 20;
    private const int MostWorkers = 20;
    private const int HeadRoom = 8 * 1024;

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "list_agents",
            "List agents",
            ToolEffect.Reads,
            "Lists the registered A2A agents in the order of their ids, each in short: id, name, description, skills, tags. "
                + "Use find_agents to look for something, describe_agent for the whole card of one.",
            [
                Flag("enabled", "true: only enabled agents; false: only disabled ones. Default: both."),
                Delivery("Only agents whose messages get to them so. "),
                Text("category", "Only agents of this category, spelled exactly so (get_stats lists them)."),
                Text("tag", "Only agents with this tag, spelled exactly so (get_stats lists them)."),
                PageSize(PageLimit.Agents, UsualPage),
                PageToken(),
            ],
            Listed,
            ListAsync),
        new McpTool(
            "find_agents",
            "Find agents",
            ToolEffect.Reads,
            "Finds agents by what they are to do, best first, and by filters, all of which must match. Use it to choose an agent for a job before "
                + "send_message. Without a result, try other words, or list_agents.",
            [
                Text("query", "The job in a few words. Agents are ranked by how many of them, and how rare ones, their cards have: in name, "
                    + "description, tags, and skills with their examples."),
                .. AgentFilterArguments.Schema,
                Text("sort", $"{AgentSort.AllNames}; with - before it the largest or newest first. Default: relevance with a query, else id."),
                PageSize(PageLimit.Agents, UsualPage),
                PageToken(),
            ],
            Listed,
            FindAsync),
        new McpTool(
            "describe_agent",
            "Describe an agent",
            ToolEffect.Reads,
            "Shows one agent: its whole A2A agent card (skills with examples, interfaces, capabilities, security), whether it is enabled, "
                + "who owns it, and its revision.",
            [Text("agent_id", "The agent's id, from list_agents or find_agents.").Required(), PageToken()],
            [
                Text("agent_id", "").Required(),
                Flag("enabled", ""),
                Delivery(""),
                LifeCycle(""),
                Text("deprecation_message", "Why it is deprecated or retired."),
                Text("successor", "The id of the agent to use in its place."),
                Number("revision", "Rises with every change."),
                Text("owner", "The subject that registered it."),
                Texts("workers", $"The subjects that may claim its tasks; up to {MostWorkers} of them."),
                Text("created_at", ""),
                Text("updated_at", ""),
                new SchemaMember("card", Any("The A2A agent card; one that nests very deep is text.")),
                Part(),
                Next(),
            ],
            DescribeAsync),
        new McpTool(
            "get_stats",
            "Figures of the registry",
            ToolEffect.Reads,
            "Counts the agents (enabled, disabled) and the caller's tasks by state, and lists the most used tags and categories with how many "
                + "agents have each.",
            [],
            [
                Object("agents", "").Required(),
                Object("tasks", "How many there are in each state."),
                List("tags", "The most used.", Facet()),
                List("categories", "The most used.", Facet()),
            ],
            StatsAsync),
    ];

    private static SchemaMember[] Listed =>
    [
        List("agents", "", Shape(
            Text("agent_id", "").Required(), Flag("enabled", ""), Delivery(""), LifeCycle("Absent: active. "),
            Text("name", ""), Text("description", ""),
            Texts("skills", ""), Texts("tags", ""), Number("revision", ""))).Required(),
        Next(),
    ];

    /// <exception cref="RegistryException">There is no such agent.</exception>
    public static RegistryException NotFound(string id) =>
        new(
            RegistryError.NotFound,
            $"There is no agent '{AnswerDocuments.Cut(id, 300)}'; list_agents and find_agents tell which there are.",
            "agent_id");

    internal static SchemaMember Next() => Text("next_page_token", "There is more: call again with this as page_token.");

    internal static SchemaMember Part() => new("part", Shape(
        Text("text", "Some of the document's JSON, which is too long for one result."), Number("from_byte", ""), Number("of_bytes", "")));

    internal static SchemaMember Delivery(string says) => OneOf(
        "delivery",
        $"{says}worker: by send_message, its workers claim its tasks here; forward: by send_message, the registry passes them on; "
            + "listed: only at its own URL, not by send_message.",
        Enum.GetValues<AgentDelivery>().Select(delivery => delivery.ToName()));

    internal static SchemaMember LifeCycle(string says) => OneOf(
        "lifecycle",
        $"{says}deprecated: it serves, but another should be used; draft, retired: send_message begins no task of it.",
        Enum.GetValues<AgentLifeCycle>().Select(lifeCycle => lifeCycle.ToName()));

    internal static JsonObject Any(string description) => new() { ["description"] = description };

    private static JsonObject Facet() => Shape(Text("value", ""), Number("agents", ""));

    private Task<ToolResult> ListAsync(ToolCall call) => ListAsync(call, new AgentQuery
    {
        Enabled = call.Arguments.Boolean("enabled"),
        Delivery = call.Arguments.Delivery("delivery"),
        Category = call.Arguments.Text("category"),
        Tags = call.Arguments.Text("tag") is { } tag ? [tag] : [],
    });

    private Task<ToolResult> FindAsync(ToolCall call) =>
        ListAsync(call, AgentFilterMembers.Read(call.Arguments, new AgentQuery
        {
            Words = call.Arguments.Text("query"),
            Sort = call.Arguments.Text("sort") is { } sort ? AgentSort.Parse(sort) : null,
        }));

    private async Task<ToolResult> ListAsync(ToolCall call, AgentQuery query)
    {
        var page = await ResultPage.ReadAsync(
            call.PageSize(PageLimit.Agents, UsualPage),
            call.PageToken,
            call.Options.MaxResultBytes,
            async (size, token) =>
            {
                var found = await agents.ListAsync(call.Caller, query with { PageSize = size, PageToken = token }, call.Cancellation);
                return new ResultItems([.. found.Agents.Select(AgentSummary.Of)], found.NextPageToken);
            });
        return ToolResult.Of(json => page.Write(json, "agents"));
    }

    private async Task<ToolResult> DescribeAsync(ToolCall call)
    {
        var id = call.Text("agent_id");
        var agent = await agents.GetAsync(call.Caller, id, cancellationToken: call.Cancellation) ?? throw NotFound(id);
        var card = await ResultPage.ReadOneAsync(agent.Card.Utf8, call.PageToken, call.Options.MaxResultBytes - HeadRoom);
        return ToolResult.Of(json =>
        {
            json.WriteString("agent_id"u8, agent.Id);
            json.WriteBoolean("enabled"u8, agent.Enabled);
            json.WriteString("delivery"u8, agent.EffectiveDelivery.ToName());
            json.WriteString("lifecycle"u8, agent.LifeCycle.ToName());
            json.WriteGiven("deprecation_message", agent.Deprecation?.Message);
            json.WriteGiven("successor", agent.Deprecation?.Successor);
            json.WriteNumber("revision"u8, agent.Revision);
            json.WriteGiven("owner", agent.Owner);

            if (agent.Workers.Count > 0)
            {
                json.WriteGiven("workers", agent.Workers.Take(MostWorkers));
            }

            json.WriteTime("created_at", agent.CreatedAt);
            json.WriteTime("updated_at", agent.UpdatedAt);
            card.WriteOne(json, "card");
        });
    }

    private async Task<ToolResult> StatsAsync(ToolCall call)
    {
        var stats = await agents.GetStatsAsync(call.Caller, call.Cancellation);
        var tags = await agents.GetTagsAsync(call.Caller, call.Cancellation);
        var categories = await agents.GetCategoriesAsync(call.Caller, call.Cancellation);
        var counts = await tasks.CountAsync(call.Caller, cancellationToken: call.Cancellation);
        return ToolResult.Of(json =>
        {
            json.WriteStartObject("agents"u8);
            json.WriteNumber("total"u8, stats.Total);
            json.WriteNumber("enabled"u8, stats.Enabled);
            json.WriteNumber("disabled"u8, stats.Disabled);
            json.WriteNumber("tags"u8, stats.Tags);
            json.WriteNumber("categories"u8, stats.Categories);
            json.WriteNumber("skills"u8, stats.Skills);
            json.WriteNumber("extensions"u8, stats.Extensions);
            json.WriteNumber("revision"u8, stats.Revision);
            json.WriteEndObject();
            json.WriteStartObject("tasks"u8);
            foreach (var state in TaskStates.All.Where(state => counts.GetValueOrDefault(state) > 0))
            {
                json.WriteNumber(state.ToV10(), counts[state]);
            }

            json.WriteEndObject();
            WriteFacets(json, "tags", tags);
            WriteFacets(json, "categories", categories);
        });
    }

    private static void WriteFacets(Utf8JsonWriter json, string name, IReadOnlyList<FacetCount> facets)
    {
        json.WriteStartArray(name);
        foreach (var facet in facets.Take(MostFacets))
        {
            json.WriteStartObject();
            json.WriteString("value"u8, AnswerDocuments.Cut(facet.Value, 100));
            json.WriteNumber("agents"u8, facet.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
