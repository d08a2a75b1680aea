using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reads tasks as the REST API answers them.</summary>
internal static class TaskAnswers
{
    /// <param name="tenant">The caller's: answers do not name it.</param>
    public static TaskRecord Read(JsonElement task, string tenant) => new()
    {
        Tenant = tenant,
        Id = task.Required("id"),
        ContextId = task.Required("contextId"),
        Owner = task.Required("owner"),
        AgentId = task.Text("agentId"),
        Status = ReadStatus(task.Find("status") ?? throw new KeyNotFoundException("'status' is missing")),
        Metadata = task.Document("metadata"),
        Generation = task.Number("generation"),
        CreatedAt = task.Time("createdAt"),
        UpdatedAt = task.Time("updatedAt"),
        ArtifactCount = (int)task.Number("artifactCount"),
        Lease = task.Find("lease") is { } lease
            ? new TaskLease(lease.Text("worker") ?? "", lease.Text("token") ?? "", lease.Time("expiresAt"))
            : null,
        Deadline = task.TimeOrNull("deadline"),
        Attempts = (int)task.Number("attempts"),
        TraceParent = task.Text("traceparent"),
        HistoryCount = task.Number("historyCount"),
        History = task.Documents("history"),
        Artifacts = task.Documents("artifacts"),
        HistoryTruncated = task.Flag("historyTruncated"),
        ArtifactsTruncated = task.Flag("artifactsTruncated"),
        IsReply = task.Flag("reply"),
        AcceptedOutputModes = [.. task.Entries("acceptedOutputModes").Select(mode => mode.GetString() ?? "")],
        Repeated = task.Flag("repeated"),
    };

    /// <param name="name">The event's: <c>task</c>, <c>update</c> or <c>deleted</c>.</param>
    /// <param name="id">The event's, which is the generation.</param>
    public static TaskEvent ReadEvent(string name, string? id, JsonElement data, string tenant)
    {
        if (name == "task")
        {
            var task = Read(data, tenant);
            return new TaskEvent(task.Id, task.ContextId, task.Generation, task);
        }

        return new TaskEvent(
            data.Required("taskId"),
            data.Required("contextId"),
            data.Find("generation")?.GetInt64() ?? long.Parse(id ?? "0", System.Globalization.CultureInfo.InvariantCulture),
            Status: data.Find("status") is { } status ? ReadStatus(status) : null,
            Messages: data.Find("messages") is null ? null : data.Documents("messages"),
            Artifacts: data.Find("artifacts") is null ? null : [.. data.Entries("artifacts").Select(ReadArtifact)],
            Metadata: data.Document("metadata"),
            Deleted: name == "deleted");
    }

    public static TaskState ReadState(string text) => TaskStates.TryParse(text) ?? throw new FormatException($"'{text}' is not a state");

    public static TaskWebhook ReadWebhook(JsonElement webhook) => new(webhook.Required("id"), JsonInput.Copy(webhook))
    {
        Delivered = webhook.Find("delivered")?.GetInt64(),
        Failure = webhook.Find("failure") is { } failure
            ? new WebhookFailure(failure.Required("reason"), failure.Time("at"), (int)failure.Number("attempts"))
            : null,
    };

    public static TaskFeedback ReadFeedback(JsonElement feedback) => new(
        feedback.Number("number"), feedback.Required("subject"), feedback.Time("createdAt"), feedback.Document("data"));

    public static TaskClearing ReadClearing(JsonElement clearing) => new(
        clearing.Flag("running"), clearing.Number("deletedTasks"), clearing.Number("deletedContexts"));

    public static ItemPage<T> ReadItems<T>(JsonElement page, string name, Func<JsonElement, T> read) => new(
        [.. page.Entries(name).Select(read)], page.Number("first"), page.Number("totalSize"), page.NextPage());

    private static TaskStatus ReadStatus(JsonElement status) => new(
        ReadState(status.Required("state")), status.Time("timestamp"), status.Document("message"));

    private static TaskArtifact ReadArtifact(JsonElement artifact) => new(
        artifact.Document("artifact"), artifact.Flag("append"), artifact.Flag("lastChunk"));
}
