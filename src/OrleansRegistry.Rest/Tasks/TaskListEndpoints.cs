using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>All of the caller's tasks at once: listed, counted, cleared.</summary>
internal sealed class TaskListEndpoints(ITaskRegistry registry)
{
    /// <summary>How long a request waits for all to be gone.</summary>
    private static readonly TimeSpan ClearingPatience = TimeSpan.FromSeconds(2);

    public void Map(ApiRoutes routes)
    {
        routes.Get("/tasks", ListAsync, Describe(TaskDocs.Operation("listTasks", "Tasks, newest status first")
            .Query("context_id", "Tasks of this context.", aliases: "contextId")));
        routes.Get("/tasks:count", CountAsync, TaskDocs.Operation("countTasks", "How many tasks there are in each state")
            .Query("context_id", "Tasks of this context.", aliases: "contextId")
            .Filtered()
            .Versioned()
            .Answer(200, "The counts, exact, of every state.", "TaskCounts")
            .Problems(400, 503));
        routes.Delete("/tasks", ClearAsync, TaskDocs.Operation("clearAll", "Delete all tasks and contexts of the caller")
            .Query("confirm", "Must be true.", "boolean")
            .Says("Takes what is there now. What takes longer than a few seconds goes on after the answer: "
                + "GET /tasks:clearing tells how far it has come.")
            .Answer(200, "They are gone.", "Cleared")
            .Answer(202, "They are being deleted.", "Cleared")
            .Problems(400, 503, 507));
        routes.Get("/tasks:clearing", GetClearingAsync, TaskDocs.Operation(
            "getClearing", "How far the deletion of all tasks and contexts of the caller has come")
            .Answer(200, "What is deleted so far, by the last DELETE /tasks.", "Cleared")
            .Problems(400, 503));
    }

    /// <summary>What every list of tasks takes and answers.</summary>
    public static ApiOperation Describe(ApiOperation operation) => operation
        .Filtered()
        .Paged(PageLimit.Tasks)
        .Query(
            "history_length", "The newest so many messages of each task, 0 or negative for all. Absent: none.", "integer", aliases: "historyLength")
        .Query("include_artifacts", "true: with artifacts.", "boolean", aliases: "includeArtifacts")
        .Query("stable", "true: each task that matches all the while is on one page, also where it changes meanwhile.", "boolean")
        .Query("count_total", "true: with totalSize, which counts all that match.", "boolean")
        .Versioned()
        .Answer(200, "A page of tasks. nextPageToken is empty on the last.", "TaskList")
        .Problems(400, 413, 503);

    private async Task ListAsync(HttpContext context)
    {
        var list = TaskList.Read(context);
        await list.SendAsync(context, await registry.ListAsync(context.GetCaller(), list.Query, context.RequestAborted));
    }

    private async Task CountAsync(HttpContext context)
    {
        var (query, format) = TaskList.ReadCount(context);
        var counts = await registry.CountAsync(context.GetCaller(), query, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartObject("counts"u8);
        foreach (var state in TaskStates.All)
        {
            answer.Json.WriteNumber(format.Spell(state), counts.GetValueOrDefault(state));
        }

        answer.Json.WriteEndObject();
        answer.Json.WriteNumber("total"u8, counts.Values.Sum());
        await answer.SendObjectAsync(context);
    }

    private async Task ClearAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        if (context.Request.Path.Value?.EndsWith('/') == true)
        {
            throw RegistryException.Invalid("task_id", "is missing after the slash; DELETE /tasks?confirm=true deletes all");
        }

        if (new QueryParameters(context).Boolean("confirm") is not true)
        {
            throw RegistryException.Invalid("confirm", "must be true: this deletes all of your tasks and contexts, with DELETE /tasks?confirm=true");
        }

        var clearing = await registry.ClearAllAsync(context.GetCaller(), ClearingPatience, context.RequestAborted);
        await SendAsync(context, clearing, StatusCodes.Status202Accepted);
    }

    private async Task GetClearingAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        await SendAsync(context, await registry.GetClearingAsync(context.GetCaller(), context.RequestAborted), StatusCodes.Status200OK);
    }

    private static Task SendAsync(HttpContext context, TaskClearing clearing, int whileRunning)
    {
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("running"u8, clearing.Running);
        answer.Json.WriteNumber("deletedTasks"u8, clearing.Tasks);
        answer.Json.WriteNumber("deletedContexts"u8, clearing.Contexts);
        return answer.SendObjectAsync(context, clearing.Running ? whileRunning : StatusCodes.Status200OK);
    }
}
