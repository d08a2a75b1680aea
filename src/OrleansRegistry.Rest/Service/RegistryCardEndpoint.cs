using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Service;

/// <summary>The registry's own card where A2A has clients look: <c>/.well-known/agent-card.json</c>, and <c>agent.json</c> for 0.2.</summary>
internal sealed class RegistryCardEndpoint(RegistryCard card)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/.well-known/agent-card.json", GetAsync, Describe("getRegistryCard", "The registry's own agent card"));
        routes.Get("/.well-known/agent.json", GetAsync, Describe("getRegistryCardOfOldReaders", "The same, where A2A 0.2 has it"));
    }

    private static ApiOperation Describe(string id, string summary) => new ApiOperation(id, "A2A", summary).AllowAnonymous()
        .Header("If-None-Match", "The entity tag of what the client has: 304 if it still is so.")
        .Answer(200, "The card.", "AgentCard", isTagged: true)
        .Answer(304, "The client has it already.", isTagged: true);

    private async Task GetAsync(HttpContext context)
    {
        var answer = JsonAnswer.Rent();
        card.Write(answer.Json, context.Request, snakeCase: false);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(answer.Written().Span).AsSpan(0, 8))}\"";
        var headers = context.Response.Headers;
        headers.ETag = tag;

        // A card that names the host of its request is that client's alone: a shared cache must not hand it to another.
        headers.CacheControl = card.IsSameForAll ? "public, max-age=3600" : "private, max-age=60";
        if (!card.IsSameForAll)
        {
            headers.Vary = "Host, X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-Prefix";
        }

        if (EntityTags.IsNotModified(context.Request, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await answer.SendAsync(context);
    }
}
