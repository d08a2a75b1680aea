using Microsoft.AspNetCore.Http;
using OrleansRegistry.Gateway.Http;

namespace OrleansRegistry.Gateway.Tasks;

/// <summary>Begins, continues, changes, cancels and deletes tasks.</summary>
internal sealed class TaskWriteEndpoints(ITaskRegistry registry, GatewayOptions options)
{
    private static readonly string[] Parameters = [StateFormat.Parameter];
    private static readonly string[] CancelParameters = [GenerationCondition.Parameter, StateFormat.Parameter];

    public void Map(GatewayRoutes routes)
    {
        routes.Post("/tasks", SubmitAsync, TaskDocs.Operation("submitTask", "Begin a task with a message, or continue one that is not over")
            .Says("With the id of a task that is not over, in taskId or in the message, the message is appended and the state is submitted again; else a task is "
                + "made. The same message (its messageId, or Idempotency-Key) sent twice is stored once, and answered with repeated.")
            .Once()
            .Conditional()
            .Spelt()
            .Body("TaskSubmission")
            .Answer(200, "It goes on, or the message was there already.", "Task", isTagged: true)
            .Answer(201, "It is begun.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Patch("/tasks/{id}", UpdateAsync, TaskDocs.Task("updateTask", "Change a task that is not over")
            .Says("All that is given happens at once, as one generation and one event. An artifact takes the place of the one with its artifactId, or with append is added to it.")
            .Conditional()
            .Spelt()
            .Body("TaskUpdate", "application/json", "application/merge-patch+json")
            .Once()
            .Answer(200, "It is changed.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/tasks/{id}:compareAndSet", CompareAndSetAsync, TaskDocs.Task("compareAndSetTask", "Change the state of a task if it is the expected one")
            .Conditional()
            .Spelt()
            .Body("TaskCompareAndSet")
            .Once()
            .Answer(200, "It was, and is changed.", "TaskCompared", isTagged: true)
            .Problems(400, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/tasks/{id}:cancel", CancelAsync, TaskDocs.Task("cancelTask", "Cancel a task that is not over")
            .Query(GenerationCondition.Parameter, "Only if this is its generation; else 409.", "integer")
            .Conditional()
            .Spelt()
            .Once()
            .Answer(200, "It is canceled.", "Task", isTagged: true)
            .Problems(400, 404, 409, 412, 503, 507));
        routes.Delete("/tasks/{id}", DeleteAsync, TaskDocs.Task("deleteTask", "Delete a task, over or not, with its messages, artifacts and feedback")
            .Once()
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
        routes.Refuse("/tasks/{id}", TaskPaths.HasNoAction);
    }

    private async Task SubmitAsync(HttpContext context)
    {
        var shape = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var submission = TaskBodies.ReadSubmission(body.Bytes);
        var submitted = await registry.SubmitAsync(
            CallerOf.Request(context),
            submission with { IfGeneration = GenerationCondition.Read(context.Request, submission.IfGeneration), MustExist = GenerationCondition.DemandsAny(context.Request) },
            context.RequestAborted);
        body.Release();
        if (submitted.Created)
        {
            context.Response.Headers.Location = PublicPath.Of(context, $"/tasks/{Uri.EscapeDataString(submitted.Task.Id)}");
        }

        await TaskAnswers.SendAsync(
            context,
            submitted.Task,
            shape with { IsRepeated = submitted.Repeated },
            submitted.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context);
        var shape = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var task = await UpdateAsync(context, id, TaskBodies.ReadUpdate(body.Bytes));
        body.Release();
        await TaskAnswers.SendAsync(context, task, shape);
    }

    private async Task CompareAndSetAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, suffix: ":compareAndSet");
        var shape = ReadShape(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var task = await UpdateAsync(context, id, TaskBodies.ReadCompareAndSet(body.Bytes));
        body.Release();
        EntityTags.Set(context.Response, task.Generation, shape.Format);
        var answer = JsonAnswer.Rent();
        answer.Json.WriteStartObject();
        answer.Json.WriteBoolean("updated"u8, true);
        answer.Json.WritePropertyName("task"u8);
        await TaskJson.WriteAsync(answer, context, task, shape);
        answer.Json.WriteEndObject();
        await answer.SendAsync(context);
    }

    private Task<TaskRecord> UpdateAsync(HttpContext context, string id, TaskUpdate update) => registry.UpdateAsync(
        CallerOf.Request(context),
        id,
        update with { IfGeneration = GenerationCondition.Read(context.Request, update.IfGeneration) },
        context.RequestAborted);

    private async Task CancelAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, suffix: ":cancel");
        var expected = new QueryParameters(context.Request, CancelParameters).Number(GenerationCondition.Parameter, 0);
        var shape = new TaskShape(StateFormat.Of(context));
        var condition = GenerationCondition.Read(context.Request, expected);
        await TaskAnswers.SendAsync(context, await registry.CancelAsync(CallerOf.Request(context), id, condition, context.RequestAborted), shape);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context);
        GenerationCondition.Refuse(context.Request);
        await registry.DeleteAsync(CallerOf.Request(context), id, context.RequestAborted);
        await TaskAnswers.SendDeletedAsync(context);
    }

    private static TaskShape ReadShape(HttpContext context)
    {
        _ = new QueryParameters(context.Request, Parameters);
        return new TaskShape(StateFormat.Of(context));
    }
}
