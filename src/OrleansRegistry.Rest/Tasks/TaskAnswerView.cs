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
        return new TaskAnswerView(hasHistory || artifacts ? new TaskView(TaskList.HistoryLength(parameters), artifacts) with { WithoutHistory = !hasHistory } : null);
    }

    /// <summary>The task that a write answers with what is asked for of it, as it is now. As the write left it where it is gone, or no longer its writer's to see.</summary>
    public async Task<TaskRecord> LoadAsync(HttpContext context, ITaskRegistry registry, TaskRecord written, string? leaseToken = null) =>
        View is { } view && await registry.GetAsync(context.GetCaller(), written.Id, view with { LeaseToken = leaseToken }, context.RequestAborted) is { } whole
            ? whole with { Repeated = written.Repeated }
            : written;
}

/// <summary>How that is described.</summary>
internal static class TaskAnswerDocs
{
    public static ApiOperation Viewed(this ApiOperation operation) => operation
        .Query("history_length", "The answer has the newest so many messages, 0 or negative for all. Absent, or historyLength=0: none.", "integer", aliases: "historyLength")
        .Query("include_artifacts", "true: the answer has the artifacts.", "boolean", aliases: "includeArtifacts");
}
