using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>Answers that are one task.</summary>
internal static class TaskAnswers
{
    public static async Task SendAsync(HttpContext context, TaskRecord task, TaskShape shape, int status = StatusCodes.Status200OK)
    {
        EntityTags.Set(context.Response, task.Generation, shape.Format);
        context.Response.StatusCode = status;
        var answer = JsonAnswer.Rent();
        await TaskJson.WriteAsync(answer, context, task, shape);
        await answer.SendAsync(context, status);
    }

    public static Task SendDeletedAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
