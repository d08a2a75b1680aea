using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary><c>GET /tasks/{id}</c>, its messages and its owner.</summary>
internal sealed class TaskReadEndpoints(ITaskRegistry registry, LongPoll polls)
{
    /// <summary>A header, as addresses are written to logs.</summary>
    public const string LeaseHeader = "X-Registry-Lease";

    /// <summary>The least of a task.</summary>
    public static TaskView Head { get; } = new TaskView(null, Artifacts: false) with { HeadOnly = true };

    public void Map(ApiRoutes routes)
    {
        routes.Get("/tasks/{id}", GetAsync, TaskDocs.Task("getTask", "One task, or what has become of it")
            .Says("Of a task that has more than one answer carries, the oldest messages and some artifacts are left out, which historyTruncated and "
                + "artifactsTruncated tell; all of them are read page by page.")
            .Query(
                "history_length",
                "The newest so many messages; 0, negative or absent: all. Spelt historyLength, 0 is none.",
                "integer",
                aliases: "historyLength")
            .Query("include_artifacts", "false: without artifacts.", "boolean", aliases: "includeArtifacts")
            .Query(
                "current_generation", "Answer once the generation is greater, or as it is after the wait.", "integer", aliases: "currentGeneration")
            .Query("wait", "How many seconds to wait for that, 0 to 60; 20 unless given.", "integer")
            .Query("consistency", "local: from memory, the default; strong: as stored, whichever process wrote last.")
            .Versioned()
            .Leased()
            .Header("If-None-Match", "The entity tag (generation) of what the client has: 304 if it still is so.")
            .Answer(200, "The task.", "Task", isTagged: true)
            .Answer(304, "The client has it already.", isTagged: true)
            .Problems(400, 404, 503));
        routes.Get("/tasks/{id}/messages", GetMessagesAsync, TaskDocs.Task("listTaskMessages", "The messages of a task, oldest first, page by page")
            .Paged(PageLimit.Items)
            .Leased()
            .Answer(200, "A page of messages.", "MessageList")
            .Problems(400, 404, 503));
        routes.Get("/tasks/{id}/owner", GetOwnerAsync, TaskDocs.Task("getTaskOwner", "Who owns a task")
            .Leased()
            .Answer(200, "The owner.", "TaskOwner")
            .Problems(400, 404, 503));
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context);
        var parameters = new QueryParameters(context);
        var view = new TaskView(TaskList.HistoryLength(parameters), parameters.Boolean("include_artifacts") ?? true)
        {
            WithoutHistory = TaskList.IsNone(parameters),
            LeaseToken = LeaseToken(context),
            Consistency = parameters.IsSecond("consistency", "local", "strong") ? ReadConsistency.Strong : ReadConsistency.Local,
        };
        var known = parameters.Number("current_generation", 0);
        var wait = parameters.Integer("wait", 0, LongPoll.MaxSeconds);
        var shape = new TaskShape(StateFormat.Of(context));
        if (wait is not null && known is null)
        {
            throw RegistryException.Invalid("wait", "goes with current_generation: it waits for the task to change from that");
        }

        var task = known is { } generation
            ? await WaitAsync(context, id, generation, TimeSpan.FromSeconds(wait ?? LongPoll.DefaultSeconds), view, shape.Format)
            : await FindAsync(context, id, view, shape.Format);
        if (task is not null)
        {
            await TaskAnswers.SendAsync(context, task, shape);
        }
    }

    /// <summary>The task, or null where the client has been answered that it has it already.</summary>
    private async Task<TaskRecord?> FindAsync(HttpContext context, string id, TaskView view, StateFormat format)
    {
        var caller = context.GetCaller();
        if (context.Request.Headers.IfNoneMatch.Count > 0)
        {
            var headOnly = Head with { LeaseToken = view.LeaseToken, Consistency = view.Consistency };
            var head = await registry.GetAsync(caller, id, headOnly, context.RequestAborted) ?? throw TaskPaths.NotFound();
            if (IsNotModified(context, head, format))
            {
                return null;
            }
        }

        return await registry.GetAsync(caller, id, view, context.RequestAborted) ?? throw TaskPaths.NotFound();
    }

    private async Task<TaskRecord?> WaitAsync(HttpContext context, string id, long generation, TimeSpan wait, TaskView view, StateFormat format)
    {
        var caller = context.GetCaller();
        var task = await polls.RunAsync(context, wait, (longest, ending) => registry.WaitAsync(caller, id, generation, longest, view, ending))
            ?? throw TaskPaths.NotFound();
        return IsNotModified(context, task, format) ? null : task;
    }

    public static string? LeaseToken(HttpContext context)
    {
        VaryHeader.By(context.Response, LeaseHeader);
        return context.Request.Headers[LeaseHeader] switch
        {
            { Count: 0 } => null,
            [{ Length: > 0 } token] => token,
            _ => throw RegistryException.Invalid(LeaseHeader, "must be one token, and not empty"),
        };
    }

    private static bool IsNotModified(HttpContext context, TaskRecord task, StateFormat format)
    {
        var tag = EntityTags.Format(task.Generation, format);
        if (!EntityTags.IsNotModified(context.Request, tag))
        {
            return false;
        }

        context.Response.Headers.ETag = tag;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    private async Task GetMessagesAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Items) ?? PageLimit.Items.Usual;
        var page = await registry.ReadHistoryAsync(
            context.GetCaller(), id, size, parameters.Text("page_token"), LeaseToken(context), context.RequestAborted);
        await ItemPages.SendMessagesAsync(context, page, size);
    }

    private async Task GetOwnerAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        QueryParameters.Check(context);
        var task = await registry.GetAsync(context.GetCaller(), id, Head with { LeaseToken = LeaseToken(context) }, context.RequestAborted)
            ?? throw TaskPaths.NotFound();
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("taskId"u8, task.Id);
        answer.Json.WriteString("owner"u8, task.Owner);
        await answer.SendObjectAsync(context);
    }
}
