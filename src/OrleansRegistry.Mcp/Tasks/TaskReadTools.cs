using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>Shows and lists tasks, and cancels them.</summary>
internal sealed class TaskReadTools(ITaskRegistry tasks, TaskWait wait, RegistryMcpOptions options)
{
    private const int UsualPage = 20;
    private const int UsualHistory = 10;

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "get_task",
            "Show a task",
            ToolEffect.Reads,
            "Shows a task: its state, what the agent says of it, artifacts and the newest messages. With wait_seconds it waits until the task has "
                + "ended or needs input, so that you need not ask again and again.",
            [
                Text("task_id", "From send_message or list_tasks.").Required(),
                Number("history_length", $"How many of the newest messages; 0 is none. Default: {UsualHistory}.", 0),
                Flag("include_artifacts", "Default: true."),
                Number("wait_seconds", "Wait so long for the task to end. Default: 0.", 0, (int)options.MaxWait.TotalSeconds),
                PageToken(),
            ],
            TaskAnswer.Output,
            GetAsync),
        new McpTool(
            "list_tasks",
            "List tasks",
            ToolEffect.Reads,
            "Lists the caller's tasks in short, the newest status first. get_task shows one with its messages and artifacts.",
            [
                Text("context_id", "Only tasks of this conversation."),
                Text("agent_id", "Only tasks of this agent."),
                List("states", "Only tasks in one of these states.", new() { ["type"] = "string", ["enum"] = new System.Text.Json.Nodes.JsonArray(
                    [.. TaskStates.All.Select(state => (System.Text.Json.Nodes.JsonNode)state.ToV10())]) }),
                Text("updated_since", $"Only tasks whose status was set at this time or later, such as {TimeText.Example}."),
                PageSize(PageLimit.Tasks, UsualPage),
                PageToken(),
            ],
            [List("tasks", "", TaskAnswer.Listed).Required(), Texts("unreadable", "Tasks whose records cannot be read."), AgentReadTools.Next()],
            ListAsync),
        new McpTool(
            "cancel_task",
            "Cancel a task",
            ToolEffect.Replaces,
            "Cancels a task that has not ended. It cannot be taken back. A task that has ended otherwise stays as it is, and the result is an error.",
            [Text("task_id", "").Required()],
            TaskAnswer.Output,
            CancelAsync),
    ];

    public static RegistryException NotFound(string id) =>
        new(RegistryError.NotFound, $"There is no task '{AnswerDocuments.Cut(id, 300)}'; list_tasks tells which there are.", "task_id");

    private async Task<ToolResult> GetAsync(ToolCall call)
    {
        var id = call.Text("task_id");
        var seconds = call.Arguments.Integer("wait_seconds", 0, (int)options.MaxWait.TotalSeconds) ?? 0;
        var history = call.Arguments.Integer("history_length", 0, int.MaxValue) ?? UsualHistory;
        var view = new TaskView(Math.Max(history, 1), call.Arguments.Boolean("include_artifacts") ?? true) { WithoutHistory = history == 0 };
        if (seconds > 0)
        {
            var known = await tasks.GetAsync(call.Caller, id, new TaskView { HeadOnly = true }, call.Cancellation) ?? throw NotFound(id);
            await wait.RunAsync(call, known, TimeSpan.FromSeconds(seconds));
        }

        var task = await tasks.GetAsync(call.Caller, id, call.PageToken is null ? view : new TaskView { HeadOnly = true }, call.Cancellation)
            ?? throw NotFound(id);
        var answer = new TaskAnswer(task, options.MaxResultBytes);
        return call.PageToken is { } token ? ToolResult.Of(json => answer.WriteMore(json, token)) : ToolResult.Of(answer.Write);
    }

    private async Task<ToolResult> ListAsync(ToolCall call)
    {
        var states = call.Arguments.Texts("states") ?? [];
        var query = new TaskQuery
        {
            ContextId = call.Arguments.Text("context_id"),
            AgentId = call.Arguments.Text("agent_id"),
            States = [.. states.Select((text, i) => RequestMembers.ReadState(text, $"states[{i}]")).Distinct()],
            UpdatedSince = call.Arguments.Time("updated_since"),
        };
        IReadOnlyList<string> unreadable = [];
        var page = await ResultPage.ReadAsync(
            call.PageSize(PageLimit.Tasks, UsualPage),
            call.PageToken,
            options.MaxResultBytes,
            async (size, token) =>
            {
                var found = await tasks.ListAsync(call.Caller, query with { PageSize = size, PageToken = token }, call.Cancellation);
                unreadable = found.Unreadable;
                return new ResultItems(
                    [.. found.Tasks.Select(task => AnswerItems.Write(json => TaskAnswer.WriteHead(json, task)))], found.NextPageToken);
            });
        return ToolResult.Of(json =>
        {
            page.Write(json, "tasks");
            json.WriteUnreadable([.. unreadable.Take(UsualPage)]);
        });
    }

    private async Task<ToolResult> CancelAsync(ToolCall call)
    {
        var task = await tasks.CancelAsync(call.Caller, call.Text("task_id"), cancellationToken: call.Cancellation);
        return ToolResult.Of(new TaskAnswer(task, options.MaxResultBytes).Write);
    }
}
