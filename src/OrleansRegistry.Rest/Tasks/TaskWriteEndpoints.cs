using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>Begins, continues, changes, cancels and deletes tasks.</summary>
internal sealed class TaskWriteEndpoints(ITaskRegistry registry, RegistryHttpOptions options)
{
    private const string FinalParameter = "replace_final";

    public void Map(ApiRoutes routes)
    {
        routes.Post("/tasks", SubmitAsync, TaskDocs.Operation("submitTask", "Begin a task with a message, or continue one that is not over")
            .Says("With the id of a task that is not over, in taskId or in the message, the message is appended and the state is submitted again; "
                + "else a task is made. The same message (its messageId, or Idempotency-Key) sent twice is stored once, and answered with repeated.")
            .Idempotent()
            .IfGeneration()
            .Versioned()
            .Viewed()
            .Body("TaskSubmission")
            .Answer(200, "It goes on, or the message was there already.", "Task", isTagged: true)
            .Answer(201, "It is begun.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Put("/tasks/{id}", PutAsync, TaskDocs.Task("putTask", "Make a task what is sent: the whole task, in any state")
            .Says("For other task stores, which save tasks whole. It is compared with what is there: with one more message than that it costs one "
                + "append, and nothing where it is the "
                + "same. Where messages or artifacts are gone or others, all are written again. A task that is over can only be put as it is.")
            .IfGeneration()
            .Query(FinalParameter, "true: a task that is over is made what is sent too, if it is over then as well.", "boolean")
            .Header("If-None-Match", "*: only if there is no such task; else 412.")
            .Versioned()
            .Viewed()
            .Body("TaskPut")
            .Idempotent()
            .Answer(200, "It is so.", "Task", isTagged: true)
            .Answer(201, "It is made.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Patch("/tasks/{id}", UpdateAsync, TaskDocs.Task("updateTask", "Change a task that is not over")
            .Says("All that is given happens at once, as one generation and one event. An artifact takes the place of the one with its artifactId, "
                + "or with append is added to it.")
            .IfGeneration()
            .Versioned()
            .Viewed()
            .Body("TaskUpdate", "application/json", "application/merge-patch+json")
            .Idempotent()
            .Answer(200, "It is changed.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/tasks/{id}:compareAndSet", CompareAndSetAsync, TaskDocs.Task(
            "compareAndSetTask", "Change the state of a task if it is the expected one")
            .IfGeneration()
            .Versioned()
            .Viewed()
            .Body("TaskCompareAndSet")
            .Idempotent()
            .Answer(200, "It was, and is changed.", "TaskCompared", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/tasks/{id}:cancel", CancelAsync, TaskDocs.Task("cancelTask", "Cancel a task that is not over")
            .Query(GenerationCondition.Parameter, "Only if this is its generation; else 409.", "integer")
            .IfGeneration()
            .Versioned()
            .Viewed()
            .Idempotent()
            .Answer(200, "It is canceled.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 503, 507));
        routes.Delete("/tasks/{id}", DeleteAsync, TaskDocs.Task("deleteTask", "Delete a task, over or not, with its messages, artifacts and feedback")
            .Idempotent()
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
        routes.Refuse("/tasks/{id}", TaskPaths.HasNoAction);
    }

    private async Task SubmitAsync(HttpContext context)
    {
        var (shape, view) = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var submission = TaskBodies.ReadSubmission(body.Bytes);
        submission = submission with
        {
            IfGeneration = GenerationCondition.Read(context.Request, submission.IfGeneration),
            MustExist = GenerationCondition.DemandsAny(context.Request),
        };
        var submitted = await registry.SubmitAsync(context.GetCaller(), submission, context.RequestAborted);
        body.Release();
        await SendAsync(context, submitted, shape, view);
    }

    private async Task PutAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context);
        var parameters = new QueryParameters(context);
        var (shape, view) = ReadShape(context, parameters);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var task = TaskPutBody.Read(body.Bytes, id);
        var (generation, isNew) = GenerationCondition.ReadWithAbsence(context.Request, task.IfGeneration);
        var put = await registry.PutAsync(
            context.GetCaller(),
            id,
            task with
            {
                IfGeneration = generation,
                IfAbsent = isNew,
                MustExist = GenerationCondition.DemandsAny(context.Request),
                ReplacesFinal = parameters.Boolean(FinalParameter) is true,
            },
            context.RequestAborted);
        body.Release();
        await SendAsync(context, put, shape, view, task.LeaseToken);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context);
        var (shape, view) = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var task = await UpdateAsync(context, id, TaskBodies.ReadUpdate(body.Bytes), view);
        body.Release();
        await TaskAnswers.SendAsync(context, task, shape);
    }

    private async Task CompareAndSetAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, suffix: ":compareAndSet");
        var (shape, view) = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var task = await UpdateAsync(context, id, TaskBodies.ReadCompareAndSet(body.Bytes), view);
        body.Release();
        EntityTags.Set(context.Response, task.Generation, shape.Format);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("updated"u8, true);
        answer.Json.WritePropertyName("task"u8);
        await TaskJson.WriteAsync(answer, context, task, shape);
        await answer.SendObjectAsync(context);
    }

    private async Task<TaskRecord> UpdateAsync(HttpContext context, string id, TaskUpdate update, TaskAnswerView view)
    {
        update = update with { IfGeneration = GenerationCondition.Read(context.Request, update.IfGeneration) };
        var changed = await registry.UpdateAsync(context.GetCaller(), id, update, context.RequestAborted);
        return await view.LoadAsync(context, registry, changed, update.LeaseToken);
    }

    private async Task CancelAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, suffix: ":cancel");
        var parameters = new QueryParameters(context);
        var (shape, view) = ReadShape(context, parameters);
        var condition = GenerationCondition.Read(context.Request, parameters.Number(GenerationCondition.Parameter, 0));
        var canceled = await registry.CancelAsync(context.GetCaller(), id, condition, context.RequestAborted);
        await TaskAnswers.SendAsync(context, await view.LoadAsync(context, registry, canceled), shape);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context);
        GenerationCondition.Refuse(context.Request);
        await registry.DeleteAsync(context.GetCaller(), id, context.RequestAborted);
        await TaskAnswers.SendDeletedAsync(context);
    }

    private async Task SendAsync(HttpContext context, TaskSubmitted written, TaskShape shape, TaskAnswerView view, string? leaseToken = null)
    {
        if (written.Created)
        {
            context.Response.Headers.Location = PublicPath.Of(context, $"/tasks/{Uri.EscapeDataString(written.Task.Id)}");
        }

        await TaskAnswers.SendAsync(
            context,
            await view.LoadAsync(context, registry, written.Task, leaseToken),
            shape with { IsRepeated = written.Repeated },
            written.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static (TaskShape Shape, TaskAnswerView View) ReadShape(HttpContext context) =>
        ReadShape(context, new QueryParameters(context));

    private static (TaskShape Shape, TaskAnswerView View) ReadShape(HttpContext context, QueryParameters parameters) =>
        (new TaskShape(StateFormat.Of(context)), TaskAnswerView.Read(parameters));
}
