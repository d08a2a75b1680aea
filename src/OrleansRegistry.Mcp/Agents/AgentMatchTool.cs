using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Agents;

/// <summary>Finds the agents for a job.</summary>
internal sealed class AgentMatchTool(IAgentFinder finder)
{
    public McpTool Tool => new(
        "match_agents",
        "Find the agents for a job",
        ToolEffect.Reads,
        "Finds the agents that can do a job: they have all that is required, and come by what is preferred, by the words of the job, and by "
            + "how their tasks of the last day went; each with why. Use it before send_message where the choice matters.",
        [
            Text("text", "The job in a few words."),
            Object("required", $"It must have this, such as {{\"skills\": [\"forecast\"], \"output_mode\": \"image/png\"}}. By field: {Fields}."),
            Object("preferred", "What counts for an agent that has it, by the same fields."),
            Object("not", "What an agent must not have, by the same fields."),
            Number("max_open_tasks", "Only agents with no more open tasks than this.", 0),
            new SchemaMember("min_success_rate", new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1 }),
            OneOf("order", "Which come first. Default: best.", "best", "least_loaded"),
            Number("limit", $"How many at most. Default: {AgentJob.UsualLimit}.", 1, AgentJob.MaxLimit),
        ],
        [
            List("agents", "The best first.", Shape(
                new SchemaMember("agent", Shape(Text("agent_id", "").Required(), Text("name", ""), Text("description", ""))).Required(),
                new SchemaMember("score", new() { ["type"] = "number" }).Required(),
                Text("why", "").Required())).Required(),
            Number("found", "How many there are in all."),
        ],
        MatchAsync);

    private static string Fields => string.Join(", ", AgentField.All.Select(known => known.Plural ?? known.Name));

    private async Task<ToolResult> MatchAsync(ToolCall call)
    {
        var found = await finder.MatchAsync(call.Caller, JobMembers.Read(call.Arguments), call.Cancellation);
        return ToolResult.Of(json =>
        {
            json.WriteStartArray("agents"u8);
            foreach (var candidate in found.Agents)
            {
                json.WriteStartObject();
                json.WritePropertyName("agent"u8);
                json.WriteRawValue(AgentSummary.Of(candidate.Agent).Span, skipInputValidation: true);
                json.WriteNumber("score"u8, Math.Round(candidate.Score, 3));
                json.WriteString("why"u8, Why(candidate));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("found"u8, found.Found);
        });
    }

    private static string Why(AgentCandidate candidate)
    {
        var parts = string.Join(", ", candidate.Parts.Select(part => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{part.Name} {part.Value:0.##}")));
        var missing = string.Join(", ", candidate.Missing.Fields.SelectMany(
            field => candidate.Missing[field].Select(value => $"{field} {value}")));
        var open = candidate.Agent.Activity is { } activity ? $"; {activity.OpenTasks} open tasks" : "";
        return parts + open + (missing.Length > 0 ? $"; it lacks {missing}" : "");
    }
}
