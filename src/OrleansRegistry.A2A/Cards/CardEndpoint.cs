using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using OrleansRegistry.A2A.Service;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.A2A.Cards;

/// <summary>
/// The cards of agents that the registry fronts, <c>GET /a2a/{agentId}/.well-known/agent-card.json</c>, and the key that they are signed with. Who
/// says that it speaks 0.3, or asks for <c>agent.json</c> as clients did before 1.0, gets a card of 0.3.
/// </summary>
/// <remarks>Source: A2A 1.0, 8.2, 8.4 and 8.6.</remarks>
internal sealed class CardEndpoint(
    AgentGate gate, CardSigning signing, SpokenBindings spoken, A2AFaults faults, RegistryHttpOptions http, RegistryA2AOptions options)
{
    private const string CardPath = "/.well-known/agent-card.json";
    private const string OldCardPath = "/.well-known/agent.json";

    /// <summary>
    /// The newest of what was made of each card: signing costs more than all else. Not by the record, which is made anew with what is known of tasks.
    /// </summary>
    private readonly ConditionalWeakTable<FrontedAgent, MadeCard> made = [];
    private readonly ConditionalWeakTable<FrontedAgent, MadeCard> madeV03 = [];

    public void Map(ApiRoutes routes)
    {
        var answering = routes.Answering((context, fault) => faults.AnswerAsync(
            context, fault, JsonContentType.Json, (json, error) => A2AErrorJson.WriteStatus(json, error, faults.Now)));
        var description = new ApiOperation("a2aAgentCard", A2ADocs.Tag, "The card of an agent that is reached through the registry")
            .Path("agentId", "The agent's id.")
            .Says("Made by the registry: its interfaces lead here. The card that the author registered is at the URL of the Link header.")
            .Header(ServiceParameters.VersionName, "0.3: a card of A2A 0.3. Else one of 1.0.")
            .Header("If-None-Match", "The entity tag of what the client has: 304 if it still is so.")
            .Answer(200, "The card.", A2ADocs.Schema, isTagged: true)
            .Answer(304, "The client has it already.", isTagged: true)
            .Answer(404, "There is no agent at this address.", A2ADocs.ErrorSchema);
        answering.Get(A2APaths.Agent + CardPath, GetAsync, description);
        var hidden = answering.Hidden();
        hidden.Get(A2APaths.AgentOfTenant + CardPath, GetAsync, description);
        hidden.Get(A2APaths.Agent + OldCardPath, GetV03Async, description);
        hidden.Get(A2APaths.AgentOfTenant + OldCardPath, GetV03Async, description);
        if (signing.Signer is not null)
        {
            var keys = new ApiOperation("a2aKeySet", A2ADocs.Tag, "The key that cards are signed with, and those that take turns with it")
                .AllowAnonymous()
                .Answer(200, "A JWKS (RFC 7517).", A2ADocs.Schema);
            routes.Get(IOwnCardSigner.KeySetPath, SendKeysAsync, keys);
        }
    }

    /// <summary>
    /// A version that is not spoken here is no error: it is by the card that a client learns which are. Of a request without one it cannot be told
    /// which it speaks, so that what it gets can be read as either.
    /// </summary>
    private Task GetAsync(HttpContext context) =>
        SendCardAsync(context, isV03: ServiceParameters.Of(context) is { Version.Length: > 0 } asked && asked.Known() == ProtocolVersion.V03);

    private Task GetV03Async(HttpContext context) => SendCardAsync(context, isV03: true);

    private async Task SendCardAsync(HttpContext context, bool isV03)
    {
        var call = await A2APaths.FindAsync(gate, context, segmentsAfter: 2);
        var card = Find(context, call, isV03);
        var headers = context.Response.Headers;
        headers.ETag = card.IsSigned ? $"W/{card.Tag}" : card.Tag;
        headers.LastModified = HeaderUtilities.FormatDate(call.Agent.UpdatedAt);
        headers.Link = $"<{card.AuthorCard}>; rel=\"via\"; type=\"application/json\"";

        // What is chosen by the caller or the host of a request is not for others.
        var isForAll = http.PublicUrl is not null && !http.TrustCallerHeaders && !http.AsksCredentials;
        var age = ((long)options.CardMaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        headers.CacheControl = $"{(isForAll ? "public" : "private")}, max-age={age}";
        if (http.PublicUrl is null)
        {
            foreach (var header in (string[])["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
            {
                VaryHeader.By(context.Response, header);
            }
        }

        if (EntityTags.IsNotModified(context.Request, card.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await SendAsync(context, card.Json);
    }

    private MadeCard Find(HttpContext context, A2ACall call, bool isV03)
    {
        var known = isV03 ? madeV03 : made;
        var site = PublicPath.UrlOf(http, context.Request);
        var id = Uri.EscapeDataString(call.Agent.Id);
        var tenant = context.Request.RouteValues.TryGetValue("tenant", out var named) ? $"/{Uri.EscapeDataString((string)named!)}" : "";
        var url = $"{site}{tenant}/a2a/{id}";
        var authorCard = $"{site}/agents/{id}/card";
        if (known.TryGetValue(call.Card, out var newest)
            && newest.Revision == call.Agent.Revision && newest.Url == url && newest.AuthorCard == authorCard)
        {
            return newest;
        }

        var interfaces = spoken.Of(context, url, call.Agent.Id);
        var able = new FrontedCapabilities(call.Card.Streams, call.Card.Pushes);
        var signer = isV03 ? null : signing.Signer;
        var json = FrontedCard.Make(call.Agent, able, interfaces, authorCard, isStrict: signer is not null);
        if (isV03)
        {
            json = ((Translation)CardShape.ToV03).Apply(json);
        }

        // Each signature of the same card is another, so what counts is what was signed.
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(json.Span).AsSpan(0, 16))}{(signer is null ? "" : $"-{signer.KeyId[..8]}")}\"";
        var card = new MadeCard(
            call.Agent.Revision, url, authorCard, signer?.Sign(json, site + IOwnCardSigner.KeySetPath) ?? json, tag, signer is not null);
        known.AddOrUpdate(call.Card, card);
        return card;
    }

    private Task SendKeysAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return SendAsync(context, signing.KeySet);
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = JsonContentType.Json;
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }

    /// <param name="Revision">Of the agent: the version of a card that says none.</param>
    /// <param name="Url">Where the agent is, as this card says.</param>
    /// <param name="Tag">The entity tag, in quotes.</param>
    private sealed record MadeCard(long Revision, string Url, string AuthorCard, ReadOnlyMemory<byte> Json, string Tag, bool IsSigned);
}
