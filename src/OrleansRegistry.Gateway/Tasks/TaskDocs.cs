using OrleansRegistry.Gateway.Events;
using OrleansRegistry.Gateway.Http;
using OrleansRegistry.Gateway.OpenApi;

namespace OrleansRegistry.Gateway.Tasks;

/// <summary>Parts that the descriptions of several endpoints about tasks and contexts share.</summary>
internal static class TaskDocs
{
    public const string Tag = "Tasks";

    public static ApiOperation Operation(string operationId, string summary, string tag = Tag) => new ApiOperation(operationId, tag, summary).NotAboutAgents();

    public static ApiOperation Task(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The task's id. A slash in it is written %2F.");

    public static ApiOperation Conditional(this ApiOperation operation) => operation
        .Header("If-Match", "Write only if this is the generation, in double quotes; else 412. if_generation_match in the body or query is the same, and answers 409.");

    public static ApiOperation Spelt(this ApiOperation operation) => operation
        .Query(StateFormat.Parameter, "1.0, the default: TASK_STATE_WORKING; 0.3: working. Both are read everywhere.")
        .Header(StateFormat.Header, "The same, as A2A clients say it.");

    public static ApiOperation Filtered(this ApiOperation operation) => operation
        .Query("state", "Tasks in one of these states, in either spelling.", repeats: true)
        .Query("agent_id", "Tasks of this agent.")
        .Query("status_timestamp_after", "Tasks whose status is of this time or after; updated_since is the same.")
        .Query("has_webhook", "true: tasks that have a webhook.", "boolean");

    public static ApiOperation Paged(this ApiOperation operation, int most, int unset) => operation
        .Query("page_size", $"1 to {most:N0}; {unset} unless given.", "integer")
        .Query("page_token", "The nextPageToken of the page before.");

    /// <summary>A read that the holder of a lease may make.</summary>
    public static ApiOperation Leased(this ApiOperation operation) => operation
        .Header(TaskReadEndpoints.LeaseHeader, "The token of a worker's lease: it reads the task of any owner.");

    public static ApiOperation Streamed(this ApiOperation operation) => operation
        .Header(EventStreams.Header, "The id of the last event that the client has: it goes on after that.")
        .Query(EventStreams.Parameter, "The same, for clients that can't set the header.", "integer");
}
