using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Service;

/// <summary>
/// The registry's own card where A2A has clients look: <c>/.well-known/agent-card.json</c>, and <c>agent.json</c> for 0.2. Where there is a key, the first is
/// signed, as one of A2A 1.0 alone; who says that it speaks 0.3 gets what it gets without.
/// </summary>
internal sealed class RegistryCardEndpoint(RegistryCard card, IOwnCardSigner? signer)
{
    private const string VersionName = "A2A-Version";

    /// <summary>The newest: signing costs more than all else.</summary>
    private volatile SignedCard? newest;

    public void Map(ApiRoutes routes)
    {
        var description = Describe("getRegistryCard", "The registry's own agent card");
        routes.Get("/.well-known/agent-card.json", GetAsync, signer?.KeyId is null
            ? description
            : description.Header(VersionName, "0.3: a card that readers of 0.3 understand, which is not signed. Else one of 1.0."));
        routes.Get("/.well-known/agent.json", SendAsync, Describe("getRegistryCardOfOldReaders", "The same, where A2A 0.2 has it"));
    }

    private static ApiOperation Describe(string id, string summary) => new ApiOperation(id, "A2A", summary).AllowAnonymous()
        .Header("If-None-Match", "The entity tag of what the client has: 304 if it still is so.")
        .Answer(200, "The card.", "AgentCard", isTagged: true)
        .Answer(304, "The client has it already.", isTagged: true);

    private Task GetAsync(HttpContext context)
    {
        if (signer?.KeyId is not { } keyId)
        {
            return SendAsync(context);
        }

        VaryHeader.By(context.Response, VersionName);
        return context.Request.Headers[VersionName].ToString().StartsWith("0.", StringComparison.Ordinal)
            ? SendAsync(context)
            : SendSignedAsync(context, signer, keyId);
    }

    private async Task SendAsync(HttpContext context)
    {
        var answer = JsonAnswer.Rent();
        card.Write(answer.Json, context.Request, snakeCase: false);
        if (IsNews(context, TagOf(answer.Written())))
        {
            await answer.SendAsync(context);
        }
    }

    private async Task SendSignedAsync(HttpContext context, IOwnCardSigner by, string keyId)
    {
        var site = card.UrlOf(context.Request);
        var signed = newest;
        if (signed?.Site != site)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                card.Write(json, context.Request, snakeCase: false, isStrict: true);
            }

            // Each signature of the same card is another, so what counts is what was signed.
            var tag = $"{TagOf(buffer.ToArray())[..^1]}-{keyId[..8]}\"";
            newest = signed = new SignedCard(site, by.Sign(buffer.ToArray(), site + IOwnCardSigner.KeySetPath), tag);
        }

        if (IsNews(context, signed.Tag, isWeak: true))
        {
            context.Response.ContentType = JsonContentType.Json;
            context.Response.ContentLength = signed.Json.Length;
            await context.Response.BodyWriter.WriteAsync(signed.Json, context.RequestAborted);
        }
    }

    private static string TagOf(ReadOnlyMemory<byte> json) => $"\"{Convert.ToHexStringLower(SHA256.HashData(json.Span).AsSpan(0, 8))}\"";

    /// <summary>Whether the client does not have it; else it is told so.</summary>
    private bool IsNews(HttpContext context, string tag, bool isWeak = false)
    {
        var headers = context.Response.Headers;
        headers.ETag = isWeak ? $"W/{tag}" : tag;

        // A card that names the host of its request is that client's alone: a shared cache must not hand it to another.
        headers.CacheControl = card.IsSameForAll ? "public, max-age=3600" : "private, max-age=60";
        if (!card.IsSameForAll)
        {
            foreach (var header in (string[])["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
            {
                VaryHeader.By(context.Response, header);
            }
        }

        if (EntityTags.IsNotModified(context.Request, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return false;
        }

        return true;
    }

    private sealed record SignedCard(string Site, ReadOnlyMemory<byte> Json, string Tag);
}
