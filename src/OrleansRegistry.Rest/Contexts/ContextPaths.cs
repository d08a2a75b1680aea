using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Contexts;

/// <summary>The ids in the paths of contexts, and how they are described.</summary>
internal static class ContextPaths
{
    public static ApiOperation Operation(string operationId, string summary) => new(operationId, "Contexts", summary);

    public static ApiOperation Describe(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The context's id. A slash in it is written %2F.");

    public static string ContextId(HttpContext context, int segmentsAfter = 0, string suffix = "") =>
        RawPath.Id(context, "context_id", segmentsAfter, suffix, HasNoAction);

    public static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /contexts/{id}:clear") { Header = ("Allow", "DELETE, GET, HEAD, PATCH") };

    public static RegistryException NotFound() => new(RegistryError.NotFound, "Context not found", "context_id");
}
