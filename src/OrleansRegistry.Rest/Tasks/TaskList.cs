using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>The query string of a list of tasks, and the answer.</summary>
internal readonly record struct TaskList(TaskQuery Query, TaskShape Shape)
{
    /// <param name="contextId">The context that the path names, where it does.</param>
    /// <exception cref="RegistryException">A parameter is wrong.</exception>
    public static TaskList Read(HttpContext context, string? contextId = null)
    {
        var parameters = new QueryParameters(context);
        var history = HistoryLength(parameters);
        var hasHistory = parameters.Has("history_length") && !IsNone(parameters);
        var artifacts = parameters.Boolean("include_artifacts") ?? false;
        var query = ReadFilters(parameters, contextId) with
        {
            PageSize = parameters.PageSize(PageLimit.Tasks) ?? PageLimit.Tasks.Usual,
            PageToken = parameters.Text("page_token"),
            CountTotal = parameters.Boolean("count_total") ?? false,
            Stable = parameters.Boolean("stable") ?? false,

            // There is no view of artifacts without history: one message is the least.
            View = hasHistory || artifacts ? new TaskView(hasHistory ? history : 1, artifacts) : new TaskQuery().View,
        };
        return new TaskList(query, new TaskShape(StateFormat.Of(context), HidesHistory: !hasHistory));
    }

    public static (TaskQuery Query, StateFormat Format) ReadCount(HttpContext context) =>
        (ReadFilters(new QueryParameters(context), null), StateFormat.Of(context));

    /// <summary>With A2A's name, 0 means no history, as in A2A. With <c>history_length</c>, 0 means all.</summary>
    public static bool IsNone(QueryParameters parameters) =>
        parameters.IsSentAs("historyLength") && parameters.Number("history_length", long.MinValue) == 0;

    /// <summary>Null for all: 0 and negative are that too.</summary>
    public static int? HistoryLength(QueryParameters parameters) => parameters.Number("history_length", long.MinValue) switch
    {
        null or <= 0 => null,
        > int.MaxValue => int.MaxValue,
        var length => (int)length,
    };

    private static IReadOnlyList<TaskState> ReadStates(IReadOnlyList<string> texts) => texts.Contains(TaskStates.Unspecified, StringComparer.Ordinal)
        ? []
        : [.. texts.Select(text => RequestMembers.ReadState(text, "state")).Distinct()];

    public async Task SendAsync(HttpContext context, TaskPage page)
    {
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("tasks"u8);
        foreach (var task in page.Tasks)
        {
            await TaskJson.WriteAsync(answer, context, task, Shape);
            await answer.DrainAsync(context);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteUnreadable(page.Unreadable);
        answer.Json.WritePageEnd(page.NextPageToken, Query.PageSize, page.Total);
        await answer.SendObjectAsync(context);
    }

    private static TaskQuery ReadFilters(QueryParameters parameters, string? contextId) => new()
    {
        ContextId = contextId ?? parameters.Text("context_id"),
        States = ReadStates(parameters.Texts("state")),
        AgentId = parameters.Text("agent_id"),
        UpdatedSince = parameters.Time("status_timestamp_after"),
        HasWebhook = parameters.Boolean("has_webhook") switch
        {
            false => throw RegistryException.Invalid("has_webhook", "can be true only: tasks that have one"),
            var asked => asked is true,
        },
        HasFailedWebhook = parameters.Boolean("has_failed_webhook") switch
        {
            false => throw RegistryException.Invalid("has_failed_webhook", "can be true only: tasks with one that was given up"),
            var asked => asked is true,
        },
    };
}
