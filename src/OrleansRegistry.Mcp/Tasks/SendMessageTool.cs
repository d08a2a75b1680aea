using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>Begins a task of an agent with a message, or continues one, and waits for what becomes of it.</summary>
internal sealed class SendMessageTool(IAgentRegistry agents, ITaskRegistry tasks, TaskWait wait, RegistryMcpOptions options)
{
    private const int UsualWait = 50;
    private const int MostMessages = 20;

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "send_message",
            "Send a message to an agent",
            ToolEffect.Adds,
            "Sends a message to an agent of this registry and waits for its answer: in status_message, artifacts and history. "
                + "A new message begins a task (give agent_id); to answer a question of the agent (needs_input), or to add to a task that is not "
                + "over, give task_id. Where the agent needs longer than the wait, the result says finished: false: go on with get_task and "
                + "wait_seconds. "
                + "Sent again with the same message_id, a message is stored once.",
            [
                Text("agent_id", "Who is to work on it, from find_agents. Needed unless task_id is given."),
                Text("text", "What to say. Give this or parts."),
                List("parts", "The message as A2A parts, such as {\"text\": \"…\"} or {\"data\": {…}}.", new() { ["type"] = "object" }),
                Text("task_id", "Continues this task."),
                Text("context_id", "The conversation that a new task belongs to, from an earlier result. Default: a new one."),
                Text("message_id", "Makes the message one that can be sent again. Default: a new one."),
                Object("metadata", "Members for the task's metadata."),
                Flag("wait", "false: answer at once. Default: true."),
                Number("wait_seconds", $"How long to wait. Default: {UsualWait}.", 1, MostWait),
            ],
            [.. TaskAnswer.Output, Flag("repeated", "true: the message was there already."), Text("hint", "What to do next.")],
            SendAsync)
            .Repeats()
            .ReachesOut(),
    ];

    private int MostWait => (int)options.MaxWait.TotalSeconds;

    private async Task<ToolResult> SendAsync(ToolCall call)
    {
        var arguments = call.Arguments;
        var isWaiting = arguments.Boolean("wait") ?? true;
        var seconds = arguments.Integer("wait_seconds", 1, MostWait) ?? Math.Min(UsualWait, MostWait);
        var submission = new TaskSubmission(Message(call))
        {
            TaskId = arguments.Text("task_id"),
            ContextId = arguments.Text("context_id"),
            AgentId = arguments.Text("agent_id"),
            Metadata = arguments.Object("metadata"),
            MustExist = arguments.Has("task_id"),
        };
        await CheckAgentAsync(call, submission);
        var submitted = await tasks.SubmitAsync(call.Caller, submission, call.Cancellation);
        await wait.RunAsync(call, submitted.Task, isWaiting ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero);
        var task = await tasks.GetAsync(
            call.Caller, submitted.Task.Id, new TaskView(MostMessages) { SeenGeneration = submitted.Task.Generation }, call.Cancellation)
            ?? throw TaskReadTools.NotFound(submitted.Task.Id);
        return Answer(submitted, task);
    }

    /// <summary>What came after the message; all of the newest where the message itself came before.</summary>
    private ToolResult Answer(TaskSubmitted submitted, TaskRecord task)
    {
        var newer = submitted.Repeated ? MostMessages : (int)Math.Clamp(task.HistoryCount - submitted.Task.HistoryCount, 0, MostMessages);
        var shown = task with { History = [.. task.History.TakeLast(newer)], HistoryTruncated = task.HistoryTruncated && newer > task.History.Count };
        var answer = new TaskAnswer(shown, options.MaxResultBytes);
        return ToolResult.Of(json =>
        {
            answer.Write(json);
            if (submitted.Repeated)
            {
                json.WriteBoolean("repeated"u8, true);
            }

            WriteHint(json, task.Status.State);
        });
    }

    private static void WriteHint(Utf8JsonWriter json, TaskState state)
    {
        if (state.AwaitsCaller())
        {
            json.WriteString("hint"u8, "The agent waits for an answer: send_message with this task_id."u8);
        }
        else if (!state.IsTerminal())
        {
            json.WriteString("hint"u8, "It has not finished: get_task with this task_id and wait_seconds waits for more, cancel_task ends it."u8);
        }
    }

    private static ReadOnlyMemory<byte> Message(ToolCall call)
    {
        var text = call.Arguments.TextOrEmpty("text");
        var parts = call.Arguments.Document("parts");
        _ = call.Arguments.Entries("parts", most: 1);
        if (text is null == parts is null)
        {
            var rule = parts is null ? "is missing; give it, or parts" : "cannot be given with parts: a text is a part too";
            throw RegistryException.Invalid("text", rule);
        }

        // A key of the request's own names the message as well.
        var id = call.Arguments.Text("message_id") ?? (call.Caller.IdempotencyKey is null ? Guid.CreateVersion7().ToString() : null);
        return AnswerItems.Write(json =>
        {
            json.WriteGiven("messageId", id);
            json.WriteString("role"u8, "ROLE_USER"u8);
            json.WritePropertyName("parts"u8);
            if (parts is { } given)
            {
                json.WriteRawValue(given.Span, skipInputValidation: true);
            }
            else
            {
                json.WriteStartArray();
                json.WriteStartObject();
                json.WriteString("text"u8, text);
                json.WriteEndObject();
                json.WriteEndArray();
            }
        });
    }

    /// <exception cref="RegistryException">There is no such task or agent, or it takes no messages here.</exception>
    private async Task CheckAgentAsync(ToolCall call, TaskSubmission submission)
    {
        var id = submission.AgentId;
        if (submission.TaskId is { } taskId)
        {
            var task = await tasks.GetAsync(call.Caller, taskId, new TaskView { HeadOnly = true }, call.Cancellation)
                ?? throw TaskReadTools.NotFound(taskId);
            id ??= task.AgentId;
        }

        if (id is null)
        {
            if (submission.TaskId is null)
            {
                throw RegistryException.Invalid("agent_id", "is missing; it must be the id of an agent, or task_id that of a task to continue");
            }

            return;
        }

        var agent = await agents.GetAsync(call.Caller, id, cancellationToken: call.Cancellation) ?? throw AgentReadTools.NotFound(id);
        if (agent.EffectiveDelivery == AgentDelivery.Listed)
        {
            throw new RegistryException(
                RegistryError.NotSupported,
                $"The agent '{AnswerDocuments.Cut(id, 300)}' is only listed here: it takes messages at its own URL, which describe_agent shows.",
                "agent_id");
        }

        if (submission.TaskId is null && !agent.LifeCycle.TakesTasks())
        {
            var instead = agent.Deprecation?.Successor is { } successor ? $"; use '{AnswerDocuments.Cut(successor, 300)}' in its place" : "";
            throw new RegistryException(
                RegistryError.NotSupported,
                $"The agent '{AnswerDocuments.Cut(id, 300)}' is {(agent.LifeCycle == AgentLifeCycle.Draft ? "a draft" : "retired")} and takes no new "
                    + $"tasks{instead}.",
                "agent_id");
        }

        if (!agent.Enabled)
        {
            throw new RegistryException(
                RegistryError.NotSupported,
                $"The agent '{AnswerDocuments.Cut(id, 300)}' is disabled and takes no messages; enable_agent changes that.",
                "agent_id");
        }
    }
}
