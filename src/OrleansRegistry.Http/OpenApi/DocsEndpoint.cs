using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary><c>GET /docs</c>.</summary>
internal static class DocsEndpoint
{
    public static void Map(ApiRoutes routes) =>
        routes.Get("/docs", RedirectToDocument, new ApiOperation("getDocs", "Service", "Where this document is").AllowAnonymous()
            .Answer(302, "At /openapi/v1.json."));

    private static Task RedirectToDocument(HttpContext context)
    {
        context.Response.Redirect(PublicPath.Of(context, "/openapi/v1.json"));
        return Task.CompletedTask;
    }
}
