using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Service;

/// <summary>The shape of what <c>GET /</c> answers.</summary>
internal static class ServiceSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument _)
    {
        yield return ("Service", Shape(
            ("service", Text("")), ("version", Text("")), ("description", Text("")), ("protocols", Any("")), ("mode", Any("")),
            ("health_check", Text("")), ("documentation", Text(""))));
    }
}
