using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Extensions;

/// <summary>A2A extensions and who declares them.</summary>
internal sealed class ExtensionEndpoints(IAgentRegistry registry, RegistryRestOptions options)
{
    private const string Tag = "Extensions";

    public void Map(ApiRoutes routes)
    {
        routes.Get("/extensions", ListAsync, new ApiOperation("listExtensions", Tag, "Extensions in the order of their uris, and who declares them")
            .WithRevision()
            .Query("uri_pattern", "A substring of the uri, whatever its case.")
            .Query("declaring_agents", "Extensions that at least one of these agents declares.", repeats: true)
            .Query("trust_levels", "Extensions of one of these levels, such as TRUST_LEVEL_COMMUNITY.", repeats: true)
            .Query("page_size", "1 to 1,000; 100 unless given.", "integer")
            .Query("page_token", "The next_page_token of the page before.")
            .Answer(200, "A page of extensions.", "ExtensionList")
            .Problems(400, 503));
        routes.Get("/extensions/{**uri}", GetAsync, new ApiOperation("getExtension", Tag, "One extension by its uri").WithRevision()
            .Path("uri", "The uri, with or without its slashes escaped. A '?' in it must be written %3F.")
            .Answer(200, "The extension.", "ExtensionFound")
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/extensions", ListOfAgentAsync, AgentDocs.Agent("listAgentExtensions", "The extensions that an agent declares")
            .Answer(200, "The extensions.", "AgentExtensions")
            .Problems(400, 404, 503));
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var query = new ExtensionQuery
        {
            UriPattern = parameters.Text("uri_pattern"),
            DeclaringAgents = parameters.Texts("declaring_agents"),
            TrustLevels = parameters.Texts("trust_levels"),
            PageSize = parameters.PageSize(PageLimit.Extensions) ?? PageLimit.Extensions.Usual,
            PageToken = parameters.Text("page_token"),
        };
        var page = await registry.ListExtensionsAsync(context.GetCaller(), query, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        await ExtensionJson.WritePageAsync(answer, context, page);
        answer.Json.WriteBoolean("dev_mode"u8, options.DevelopmentMode);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var uri = RawPath.Rest(context, "uri");
        var extension = uri.Length == 0 ? null : await registry.GetExtensionAsync(context.GetCaller(), uri, context.RequestAborted);
        if (extension is null)
        {
            throw new RegistryException(RegistryError.NotFound, "Extension not found", "uri");
        }

        var answer = JsonAnswer.RentObject();
        answer.Json.WritePropertyName("extension_info"u8);
        ExtensionJson.Write(answer.Json, extension);
        answer.Json.WriteBoolean("found"u8, true);
        await answer.SendObjectAsync(context);
    }

    private async Task ListOfAgentAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context, segmentsAfter: 1);
        var extensions = await registry.GetAgentExtensionsAsync(context.GetCaller(), id, context.RequestAborted)
            ?? throw AgentPaths.NotFound();
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("agent_id"u8, id);
        await ExtensionJson.WriteListAsync(answer, context, extensions);
        await answer.SendObjectAsync(context);
    }
}
