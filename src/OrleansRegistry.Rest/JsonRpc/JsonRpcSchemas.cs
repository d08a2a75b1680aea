using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.JsonRpc;

/// <summary>The shapes of JSON-RPC bodies, which JSON-RPC 2.0 describes.</summary>
internal static class JsonRpcSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument _)
    {
        yield return ("JsonRpcRequest", Any("A JSON-RPC 2.0 request, or an array of them."));
        yield return ("JsonRpcResponse", Any("A JSON-RPC 2.0 response, or an array of them."));
    }
}
