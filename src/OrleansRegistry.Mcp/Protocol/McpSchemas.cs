using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Mcp.Protocol;

/// <summary>Shapes of bodies for the OpenAPI document.</summary>
internal static class McpSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("McpMessage", Shape(
            ("jsonrpc", Text("2.0")), ("id", OneOf(Text(""), Integer(""))), ("method", Text("Such as tools/call.")), ("params", Any(""))));
    }
}
