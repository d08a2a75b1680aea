namespace OrleansRegistry.Rest.Tasks;

/// <summary>Parts that the descriptions of several endpoints about tasks share.</summary>
internal static class TaskDocs
{
    private const string Tag = "Tasks";

    public static ApiOperation Operation(string operationId, string summary) => new(operationId, Tag, summary);

    public static ApiOperation Task(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The task's id. A slash in it is written %2F.");

    public static ApiOperation Filtered(this ApiOperation operation) => operation
        .Query("state", "Tasks in one of these states, in either spelling.", repeats: true, aliases: "status")
        .Query("agent_id", "Tasks of this agent.", aliases: "agentId")
        .Query(
            "status_timestamp_after",
            "Tasks whose status is of this time or after; updated_since is the same.",
            aliases: ["statusTimestampAfter", "updated_since"])
        .Query("has_webhook", "true: tasks that have a webhook.", "boolean")
        .Query("has_failed_webhook", "true: tasks with a webhook to which delivery was given up.", "boolean");

    /// <summary>A read that the holder of a lease may make.</summary>
    public static ApiOperation Leased(this ApiOperation operation) => operation
        .Header(TaskReadEndpoints.LeaseHeader, "The token of a worker's lease: it reads the task of any owner.");
}
