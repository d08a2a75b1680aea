using System.Text.Json;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Contexts;

/// <summary>Shows conversations.</summary>
internal sealed class ContextTools(IContextRegistry contexts)
{
    private const int UsualPage = 20;
    private const int MostTasks = 20;
    private const int HeadRoom = 8 * 1024;

    private static readonly SchemaMember[] Shown =
    [
        Text("context_id", "").Required(),
        Number("task_count", ""),
        Texts("task_ids", "The newest; list_tasks with context_id has all."),
        Number("message_count", "Kept with the conversation itself: read_messages with context_id."),
        Number("generation", ""),
        Text("created_at", ""),
        Text("updated_at", ""),
    ];

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "list_contexts",
            "List conversations",
            ToolEffect.Reads,
            "Lists the caller's contexts (conversations), the one changed last first, each with its newest tasks.",
            [PageSize(PageLimit.Contexts, UsualPage), PageToken()],
            [List("contexts", "", Shape(Shown)).Required(), Texts("unreadable", "Contexts whose records cannot be read."), AgentReadTools.Next()],
            ListAsync),
        new McpTool(
            "get_context",
            "Show a conversation",
            ToolEffect.Reads,
            "Shows a context (conversation): the data that is kept with it, and its newest tasks.",
            [Text("context_id", "From send_message, list_tasks or list_contexts.").Required(), PageToken()],
            [.. Shown, new SchemaMember("data", AgentReadTools.Any("")), AgentReadTools.Part(), AgentReadTools.Next()],
            GetAsync),
    ];

    private async Task<ToolResult> ListAsync(ToolCall call)
    {
        IReadOnlyList<string> unreadable = [];
        var page = await ResultPage.ReadAsync(
            call.PageSize(PageLimit.Contexts, UsualPage),
            call.PageToken,
            call.Options.MaxResultBytes,
            async (size, token) =>
            {
                var found = await contexts.ListAsync(call.Caller, size, token, call.Cancellation);
                unreadable = found.Unreadable;
                return new ResultItems([.. found.Contexts.Select(summary => AnswerItems.Write(json => Write(json, summary)))], found.NextPageToken);
            });
        return ToolResult.Of(json =>
        {
            page.Write(json, "contexts");
            json.WriteUnreadable([.. unreadable.Take(UsualPage)]);
        });
    }

    private async Task<ToolResult> GetAsync(ToolCall call)
    {
        var id = call.Text("context_id");
        var summary = await contexts.GetAsync(call.Caller, id, call.Cancellation) ?? throw new RegistryException(
            RegistryError.NotFound, $"There is no context '{AnswerDocuments.Cut(id, 300)}'; list_contexts tells which there are.", "context_id");
        var data = summary.Context.Data.IsEmpty
            ? null
            : await ResultPage.ReadOneAsync(summary.Context.Data.Utf8, call.PageToken, call.Options.MaxResultBytes - HeadRoom);
        return ToolResult.Of(json =>
        {
            Write(json, summary);
            data?.WriteOne(json, "data");
        });
    }

    private static void Write(Utf8JsonWriter json, ContextSummary summary)
    {
        var context = summary.Context;
        json.WriteString("context_id"u8, context.Id);
        json.WriteNumber("task_count"u8, summary.TaskCount);
        json.WriteGiven("task_ids", summary.TaskIds.Take(MostTasks));
        json.WriteNumber("message_count"u8, context.MessageCount);
        json.WriteNumber("generation"u8, context.Generation);
        json.WriteTime("created_at", context.CreatedAt);
        json.WriteTime("updated_at", context.UpdatedAt);
    }
}
