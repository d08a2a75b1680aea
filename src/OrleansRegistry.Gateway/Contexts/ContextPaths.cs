using Microsoft.AspNetCore.Http;
using OrleansRegistry.Gateway.Http;
using OrleansRegistry.Gateway.OpenApi;
using OrleansRegistry.Gateway.Tasks;

namespace OrleansRegistry.Gateway.Contexts;

/// <summary>The ids in the paths of contexts, and how they are described.</summary>
internal static class ContextPaths
{
    public const string Tag = "Contexts";

    public static ApiOperation Describe(string operationId, string summary) => TaskDocs.Operation(operationId, summary, Tag)
        .Path("id", "The context's id. A slash in it is written %2F.");

    public static string ContextId(HttpContext context, int segmentsAfter = 0, string suffix = "") =>
        RawPath.Id(context, "context_id", segmentsAfter, suffix, HasNoAction);

    public static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /contexts/{id}:clear") { Allow = "DELETE, GET, HEAD, PATCH" };

    public static RegistryException NotFound() => new(RegistryError.NotFound, "Context not found", "context_id");
}
