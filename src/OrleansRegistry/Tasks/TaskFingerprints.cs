namespace OrleansRegistry.Tasks;

/// <summary>
/// What requests about tasks ask for. Conditions on a generation are no part of it: a request that was carried out has changed that.
/// </summary>
internal static class TaskFingerprints
{
    public static RequestFingerprint Of(TaskMessage message) => new RequestFingerprint("submit")
        .Add("message", message.Message.Json)
        .Add("contextId", message.ContextId)
        .Add("agentId", message.AgentId)
        .Add("metadata", message.Metadata)
        .Add("deadline", message.Deadline?.UtcTicks)
        .Add("webhook", message.Webhook?.Config ?? default)
        .Add("acceptedOutputModes", message.AcceptedOutputModes is { } modes ? string.Join('\n', modes) : null);

    /// <summary>The members of a submission other than its message.</summary>
    public static RequestFingerprint Beside(string? agentId, RawJson metadata, DateTimeOffset? deadline) =>
        new RequestFingerprint("submit").Add("agentId", agentId).Add("metadata", metadata).Add("deadline", deadline?.UtcTicks);

    public static RequestFingerprint Of(TaskWhole task) => new RequestFingerprint("put")
        .Add("contextId", task.ContextId)
        .Add("agentId", task.AgentId)
        .Add("state", task.State.ToV10())
        .Add("timestamp", task.StatusAt?.UtcTicks)
        .Add("statusMessage", task.StatusMessage?.Json ?? default)
        .Add("history", [.. task.Messages.Select(message => message.Json)])
        .Add("artifacts", task.Artifacts)
        .Add("metadata", task.Metadata)
        .Add("deadline", task.Deadline?.UtcTicks)
        .Add("leaseToken", task.LeaseToken);

    public static RequestFingerprint Of(TaskChange change) => new RequestFingerprint("update")
        .Add("state", change.State?.ToV10())
        .Add("statusMessage", change.StatusMessage?.Json ?? default)
        .Add("messages", [.. change.Messages.Select(message => message.Json)])
        .Add("artifacts", [.. change.Artifacts.Select(ArtifactLog.Entry)])
        .Add("metadata", change.Metadata)
        .Add("ifState", change.IfState?.ToV10())
        .Add("reply", change.Reply ? "true" : null)
        .Add("remote", change.Remote?.ToString())
        .Add("leaseToken", change.LeaseToken);
}
