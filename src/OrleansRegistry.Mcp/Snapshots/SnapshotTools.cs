using System.Text.Json;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Snapshots;

/// <summary>Lists what was saved of agents' states.</summary>
internal sealed class SnapshotTools(ISnapshotStore snapshots)
{
    private const int UsualPage = 20;
    private const int MostText = 500;

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "list_snapshots",
            "List snapshots",
            ToolEffect.Reads,
            "Lists the saved snapshots of agents' states, newest first: which there are, not the states themselves.",
            [
                Text("agent_id", "Only of this agent."),
                Text("session_id", "Only of this session."),
                PageSize(PageLimit.Snapshots, UsualPage),
                PageToken(),
            ],
            [
                List("snapshots", "", Shape(
                    Text("snapshot_id", ""), Text("agent_id", ""), Text("session_id", ""), Number("index", "Within the session."),
                    Text("timestamp", ""), Text("description", ""), Number("uncompressed_size", "In bytes."))).Required(),
                AgentReadTools.Next(),
            ],
            ListAsync),
    ];

    private async Task<ToolResult> ListAsync(ToolCall call)
    {
        var query = new SnapshotQuery { AgentId = call.Arguments.Text("agent_id"), SessionId = call.Arguments.Text("session_id") };
        var page = await ResultPage.ReadAsync(
            call.PageSize(PageLimit.Snapshots, UsualPage),
            call.PageToken,
            call.Options.MaxResultBytes,
            async (size, token) =>
            {
                var found = await snapshots.ListAsync(call.Caller, query with { PageSize = size, PageToken = token }, call.Cancellation);
                return new ResultItems(
                    [.. found.Snapshots.Select(snapshot => AnswerItems.Write(json => Write(json, snapshot)))], found.NextPageToken);
            });
        return ToolResult.Of(json => page.Write(json, "snapshots"));
    }

    private static void Write(Utf8JsonWriter json, SnapshotRecord snapshot)
    {
        json.WriteString("snapshot_id"u8, snapshot.Id);
        json.WriteString("agent_id"u8, snapshot.AgentId);
        json.WriteString("session_id"u8, snapshot.SessionId);
        json.WriteNumber("index"u8, snapshot.Index);
        json.WriteTime("timestamp", snapshot.Timestamp);
        if (snapshot.Description is { } description)
        {
            json.WriteString("description"u8, AnswerDocuments.Cut(description, MostText));
        }

        json.WriteNumber("uncompressed_size"u8, snapshot.UncompressedSize);
    }
}
