using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>How much of a task the answer to a write has: neither history nor artifacts unless they are asked for.</summary>
internal readonly record struct TaskAnswerView(TaskView? View)
{
    private const string History = "history_length";
    private const string Artifacts = "include_artifacts";

    public static TaskAnswerView Read(QueryParameters parameters)
    {
        var hasHistory = parameters.Has(History) && !TaskList.IsNone(parameters);
        var artifacts = parameters.Boolean(Artifacts) ?? false;
        return hasHistory || artifacts
            ? new TaskAnswerView(new TaskView(TaskList.HistoryLength(parameters), artifacts) { WithoutHistory = !hasHistory })
            : default;
    }

    /// <summary>
    /// The task that a write answers with what is asked for of it, as it is now. As the write left it where it is gone, or no longer its writer's to
    /// see.
    /// </summary>
    public async Task<TaskRecord> LoadAsync(HttpContext context, ITaskRegistry registry, TaskRecord written, string? leaseToken = null)
    {
        if (View is not { } view)
        {
            return written;
        }

        var whole = await registry.GetAsync(context.GetCaller(), written.Id, view with { LeaseToken = leaseToken }, context.RequestAborted);
        return whole is null ? written : whole with { Repeated = written.Repeated };
    }
}

/// <summary>How that is described.</summary>
internal static class TaskAnswerDocs
{
    public static ApiOperation Viewed(this ApiOperation operation) => operation
        .Query(
            "history_length",
            "The answer has the newest so many messages, 0 or negative for all. Absent, or historyLength=0: none.",
            "integer",
            aliases: "historyLength")
        .Query("include_artifacts", "true: the answer has the artifacts.", "boolean", aliases: "includeArtifacts");
}
