using OrleansRegistry.Outbound;

namespace OrleansRegistry.Tasks;

/// <summary>A submission that was read and checked, with the ids that a new task and context would get.</summary>
/// <param name="MayBeThere">The caller named the task or the request, so that the task may be there, in another context too; else its id follows from
/// message and context.</param>
internal sealed record CheckedSubmission(TaskMessage Message, string TaskId, bool MayBeThere, string NewContextId)
{
    /// <summary>The context that the task comes into.</summary>
    public string ContextId => Message.ContextId ?? NewContextId;

    /// <summary>The ids of task and context follow from the message: unless that was sent before, neither exists.</summary>
    public bool IsOfNewContext => !MayBeThere && Message.ContextId is null;

    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static CheckedSubmission Of(Caller caller, TaskSubmission submission, TaskRules rules, OutboundAddresses? receivers)
    {
        Identifiers.CheckCaller(caller);
        var message = MessageReader.Read(submission.Message, "message", rules);
        var taskId = OneId(submission.TaskId, "task_id", message.TaskId, "message.taskId");
        var contextId = OneId(submission.ContextId, "context_id", message.ContextId, "message.contextId");
        if (submission.AgentId is not null)
        {
            Identifiers.CheckId(submission.AgentId);
        }

        var key = submission.IdempotencyKey ?? caller.IdempotencyKey;
        caller = caller with { IdempotencyKey = key };
        Identifiers.CheckKey(key);

        TaskRules.CheckModes(submission.AcceptedOutputModes, "accepted_output_modes");
        var metadata = submission.Metadata is { } given ? rules.ReadObject(given, "metadata") : default;
        var tenant = caller.Tenant;
        var owner = caller.Subject;
        var once = key ?? message.Id;
        var space = submission.IdsPerAgent ? submission.AgentId : null;
        var messageId = message.Id ?? (key is null ? DerivedId.Random() : DerivedId.For("message", tenant, owner, key));
        var newTaskId = (key, once) switch
        {
            (not null, _) => DerivedId.For("task of key", tenant, owner, key),
            (_, not null) when space is not null => DerivedId.For("task of agent", tenant, owner, space, contextId ?? "", once),
            (_, not null) => DerivedId.For("task", tenant, owner, contextId ?? "", once),
            _ => DerivedId.Random(),
        };
        var newContextId = (taskId, once) switch
        {
            (not null, _) => ContextOf(caller, taskId),
            (_, not null) when space is not null => DerivedId.For("context of agent", tenant, owner, space, once),
            (_, not null) => DerivedId.For("context", tenant, owner, once),
            _ => DerivedId.Random(),
        };
        return new CheckedSubmission(
            new TaskMessage(
                caller,
                message with { Id = messageId },
                contextId,
                submission.AgentId,
                metadata,
                message.Id is null ? null : key,
                submission.IfGeneration,
                Deadline(submission))
            {
                TraceParent = RegistryTelemetry.TraceParent,
                AcceptedOutputModes = submission.AcceptedOutputModes.Count > 0 ? [.. submission.AcceptedOutputModes] : null,

                // Without an id of its own, one that is sent again with its message must get the same.
                Webhook = submission.Webhook is { } config
                    ? CheckedWebhook.Of(null, config, DerivedId.For("webhook", tenant, owner, taskId ?? newTaskId, messageId), receivers)
                    : null,
            },
            taskId ?? newTaskId,
            taskId is not null || key is not null,
            contextId ?? newContextId);
    }

    /// <summary>To the millisecond, as all times of a task.</summary>
    private static DateTimeOffset? Deadline(TaskSubmission submission) => submission.Deadline?.ToUniversalTime().ToMilliseconds();

    /// <summary>The context of a new task of which the caller names none.</summary>
    public static string ContextOf(Caller caller, string taskId) => DerivedId.For("context of task", caller.Tenant, caller.Subject, taskId);

    private static string? OneId(string? given, string field, string? inMessage, string messageField)
    {
        if (given is not null)
        {
            Identifiers.CheckId(given, field);
        }

        return given is null || inMessage is null || given == inMessage
            ? given ?? inMessage
            : throw RegistryException.Invalid(messageField, $"is '{inMessage}', but the request is for '{given}'");
    }
}
