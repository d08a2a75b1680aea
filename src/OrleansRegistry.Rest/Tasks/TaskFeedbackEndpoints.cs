using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>What was said about a task: <c>POST</c> and <c>GET /tasks/{id}/feedback</c>.</summary>
internal sealed class TaskFeedbackEndpoints(ITaskRegistry registry, RegistryHttpOptions options)
{
    public void Map(ApiRoutes routes)
    {
        routes.Post("/tasks/{id}/feedback", AddAsync, TaskDocs.Task("addFeedback", "Say something about a task, in any state: any JSON object")
            .Body("FeedbackData")
            .Idempotent()
            .Answer(201, "It is stored.", "Feedback")
            .Problems(400, 404, 413, 415, 503, 507));
        routes.Get("/tasks/{id}/feedback", ListAsync, TaskDocs.Task("listFeedback", "What was said about a task, oldest first")
            .Paged(PageLimit.Items)
            .Answer(200, "A page of feedback.", "FeedbackList")
            .Problems(400, 404, 413, 503));
    }

    private async Task AddAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        GenerationCondition.Refuse(context.Request);
        QueryParameters.Check(context);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxTaskBodyBytes);
        var feedback = await registry.AddFeedbackAsync(context.GetCaller(), id, body.Bytes, context.RequestAborted);
        body.Release();
        var answer = JsonAnswer.Rent();
        Write(answer.Json, feedback);
        await answer.SendAsync(context, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Items) ?? PageLimit.Items.Usual;
        var page = await registry.ListFeedbackAsync(context.GetCaller(), id, size, parameters.Text("page_token"), context.RequestAborted);
        await ItemPages.SendAsync(context, "feedback", page, size, (answer, feedback) =>
        {
            Write(answer.Json, feedback);
            return default;
        });
    }

    private static void Write(Utf8JsonWriter json, TaskFeedback feedback)
    {
        json.WriteStartObject();
        json.WriteNumber("number"u8, feedback.Number);
        json.WriteString("subject"u8, feedback.Subject);
        json.WriteTime("createdAt", feedback.At);
        json.WriteDocument("data", feedback.Data);
        json.WriteEndObject();
    }
}
