using System.Text.Json;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>Messages, artifacts and feedback of tasks, page by page.</summary>
internal sealed class TaskItemTools(ITaskRegistry tasks, IContextRegistry contexts)
{
    private const int UsualPage = 20;

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "read_messages",
            "Read messages",
            ToolEffect.Reads,
            "Reads all messages of a task, or those kept with a conversation itself, oldest first, page by page. get_task has the newest of a task.",
            [
                Text("task_id", "Give this or context_id."),
                Text("context_id", "The conversation's own messages, which are none of its tasks'."),
                PageSize(PageLimit.Items, UsualPage),
                PageToken(),
            ],
            [List("messages", "A2A messages.", AgentReadTools.Any("")), Number("total", "").Required(), AgentReadTools.Part(), AgentReadTools.Next()],
            ReadMessagesAsync),
        new McpTool(
            "read_artifacts",
            "Read artifacts",
            ToolEffect.Reads,
            "Reads the artifacts of a task, page by page, or the one with artifact_id. Use it for what other results had no room for "
                + "(left_out).",
            [
                Text("task_id", "").Required(),
                Text("artifact_id", "Only this one, whole."),
                PageSize(PageLimit.Items, UsualPage),
                PageToken(),
            ],
            [
                List("artifacts", "A2A artifacts.", AgentReadTools.Any("")),
                Number("total", "").Required(),
                Flag("continues", "true: the next page begins with more parts of the last artifact."),
                AgentReadTools.Part(),
                AgentReadTools.Next(),
            ],
            ReadArtifactsAsync),
        new McpTool(
            "add_feedback",
            "Give feedback on a task",
            ToolEffect.Adds,
            "Stores feedback on a task, in any state of it: any JSON object, such as {\"rating\": 5, \"comment\": \"…\"}.",
            [Text("task_id", "").Required(), Object("feedback", "").Required()],
            [Number("number", "Counted from 1.").Required(), Text("at", "")],
            AddFeedbackAsync)
            .Repeats(),
        new McpTool(
            "list_feedback",
            "List the feedback on a task",
            ToolEffect.Reads,
            "Lists the feedback on a task, oldest first.",
            [Text("task_id", "").Required(), PageSize(PageLimit.Items, UsualPage), PageToken()],
            [
                List("feedback", "", Shape(
                    Number("number", ""), Text("subject", "Who gave it."), Text("at", ""), new SchemaMember("data", AgentReadTools.Any("")))),
                Number("total", "").Required(),
                AgentReadTools.Part(),
                AgentReadTools.Next(),
            ],
            ListFeedbackAsync),
    ];

    private async Task<ToolResult> ReadMessagesAsync(ToolCall call)
    {
        var taskId = call.Arguments.Text("task_id");
        var contextId = call.Arguments.Text("context_id");
        if (taskId is null == contextId is null)
        {
            throw RegistryException.Invalid("task_id", taskId is null ? "is missing; give it, or context_id" : "cannot be given with context_id");
        }

        var total = 0L;
        var page = await ReadAsync(call, async (size, token) =>
        {
            var found = taskId is not null
                ? await tasks.ReadHistoryAsync(call.Caller, taskId, size, token, cancellationToken: call.Cancellation)
                : await contexts.ReadMessagesAsync(call.Caller, contextId!, size, token, call.Cancellation);
            total = found.Total;
            return new ResultItems(AnswerItems.Of(found.Items), found.NextPageToken);
        });
        return Answer(page, "messages", total);
    }

    private async Task<ToolResult> ReadArtifactsAsync(ToolCall call)
    {
        var id = call.Text("task_id");
        if (call.Arguments.Text("artifact_id") is { } artifactId)
        {
            var artifact = await tasks.GetArtifactAsync(call.Caller, id, artifactId, cancellationToken: call.Cancellation)
                ?? throw new RegistryException(
                    RegistryError.NotFound, $"The task has no artifact '{AnswerDocuments.Cut(artifactId, 300)}'.", "artifact_id");
            return Answer(await ResultPage.ReadOneAsync(artifact.Utf8, call.PageToken, call.Options.MaxResultBytes), "artifacts", 1);
        }

        var total = 0L;
        var continues = false;
        var page = await ReadAsync(call, async (size, token) =>
        {
            var found = await tasks.ReadArtifactsAsync(call.Caller, id, size, token, cancellationToken: call.Cancellation);
            total = found.Total;
            continues = found.Continues;
            return new ResultItems(AnswerItems.Of(found.Artifacts), found.NextPageToken);
        });
        return Answer(page, "artifacts", total, json =>
        {
            if (continues)
            {
                json.WriteBoolean("continues"u8, true);
            }
        });
    }

    private async Task<ToolResult> AddFeedbackAsync(ToolCall call)
    {
        var given = await tasks.AddFeedbackAsync(call.Caller, call.Text("task_id"), call.Arguments.Object("feedback")!.Value, call.Cancellation);
        return ToolResult.Of(json =>
        {
            json.WriteNumber("number"u8, given.Number);
            json.WriteTime("at", given.At);
        });
    }

    private async Task<ToolResult> ListFeedbackAsync(ToolCall call)
    {
        var id = call.Text("task_id");
        var total = 0L;
        var page = await ReadAsync(call, async (size, token) =>
        {
            var found = await tasks.ListFeedbackAsync(call.Caller, id, size, token, call.Cancellation);
            total = found.Total;
            return new ResultItems([.. found.Items.Select(Feedback)], found.NextPageToken);
        });
        return Answer(page, "feedback", total);
    }

    private static ReadOnlyMemory<byte> Feedback(TaskFeedback feedback) => AnswerItems.Write(json =>
    {
        json.WriteNumber("number"u8, feedback.Number);
        json.WriteString("subject"u8, feedback.Subject);
        json.WriteTime("at", feedback.At);
        json.WriteShown("data", feedback.Data);
    });

    private static Task<ResultPage> ReadAsync(ToolCall call, Func<int, string?, Task<ResultItems>> read) =>
        ResultPage.ReadAsync(call.PageSize(PageLimit.Items, UsualPage), call.PageToken, call.Options.MaxResultBytes, read);

    private static ToolResult Answer(ResultPage page, string name, long total, Action<Utf8JsonWriter>? more = null) => ToolResult.Of(json =>
    {
        page.Write(json, name);
        json.WriteNumber("total"u8, total);
        more?.Invoke(json);
    });
}
