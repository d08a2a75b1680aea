using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>The ids in the paths of tasks and what hangs on them.</summary>
internal static class TaskPaths
{
    private static readonly string[] Actions = [":cancel", ":compareAndSet", ":renew", ":release"];

    public static string TaskId(HttpContext context, int segmentsAfter = 0, string suffix = "") =>
        RawPath.Id(context, "task_id", segmentsAfter, suffix, HasNoAction);

    public static string WebhookId(HttpContext context) => RawPath.Id(context, "config_id", parameter: "configId");

    public static string ArtifactId(HttpContext context) => RawPath.Id(context, "artifact_id", parameter: "artifactId");

    public static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, $"POST takes /tasks/{{id}} with {string.Join(", ", Actions)}")
        {
            Header = ("Allow", "DELETE, GET, HEAD, PATCH, PUT"),
        };

    public static RegistryException NotFound() => new(RegistryError.NotFound, "Task not found", "task_id");
}
