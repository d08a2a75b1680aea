using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Whose signatures of cards the caller's tenant trusts, and what it asks of cards: <c>/issuers</c> and <c>/card-policy</c>.</summary>
internal sealed class CardTrustEndpoints(ICardTrust trust, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names Issuer = new("url", "keys_url", "keys");

    private static readonly RequestMembers.Names Policy = new(
        "require_signature", "require_domain", "extensions", "minimum_trust_level", "owner_trust_levels", "extension_trust_levels");

    public void Map(ApiRoutes routes)
    {
        routes.Get("/issuers", ListAsync, Operation("listIssuers", "Whose signatures of agent cards count for the caller's tenant")
            .Says("Those of the tenant, and those that the registry's settings name, which have no id.")
            .Answer(200, "All of them.", "CardIssuerList")
            .Problems(400, 503));
        routes.Put("/issuers/{id}", PutAsync, One("putIssuer", "Trust an issuer, or another one in its place")
            .Says("Signed cards of the tenant are checked again, in the background.")
            .Body("CardIssuerPut")
            .Answer(200, "It is stored.", "CardIssuer")
            .Problems(400, 409, 413, 415, 503, 507));
        routes.Delete("/issuers/{id}", RemoveAsync, One("removeIssuer", "Trust an issuer no more")
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
        routes.Get("/card-policy", GetPolicyAsync, Operation("getCardPolicy", "What the caller's tenant asks of agent cards")
            .Answer(200, "The policy; what the registry's settings ask for is not in it.", "CardPolicy")
            .Problems(400, 503));
        routes.Put("/card-policy", PutPolicyAsync, Operation("putCardPolicy", "Ask for this from now on, in the place of what was asked for")
            .Body("CardPolicy")
            .Answer(200, "It is stored.", "CardPolicy")
            .Problems(400, 413, 415, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Trust", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "What the issuer is called: up to 100 characters. A slash in it is written %2F.");

    private static string IdOf(HttpContext context)
    {
        QueryParameters.Check(context);
        GenerationCondition.Refuse(context.Request);
        return RawPath.Id(context, "issuer_id");
    }

    private async Task ListAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var answer = JsonAnswer.RentObject();
        var issuers = await trust.ListIssuersAsync(context.GetCaller(), context.RequestAborted);
        answer.Json.WriteStartArray("issuers"u8);
        foreach (var issuer in issuers)
        {
            answer.Json.WriteStartObject();
            Write(answer.Json, issuer);
            answer.Json.WriteEndObject();
        }

        answer.Json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    private async Task PutAsync(HttpContext context)
    {
        var id = IdOf(context);
        var change = await RequestMembers.ReadAsync(
            context,
            options.MaxBodyBytes,
            Issuer,
            members => new CardIssuerChange(members.Text("url") ?? throw members.Missing("url", "it says who signs"))
            {
                KeysUrl = members.Text("keys_url"),
                Keys = members.Object("keys")?.ToArray() ?? default(ReadOnlyMemory<byte>),
            });
        var issuer = await trust.PutIssuerAsync(context.GetCaller(), id, change, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        Write(answer.Json, issuer);
        await answer.SendObjectAsync(context);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        if (!await trust.RemoveIssuerAsync(context.GetCaller(), IdOf(context), context.RequestAborted))
        {
            throw new RegistryException(RegistryError.NotFound, "Issuer not found", "issuer_id");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task GetPolicyAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        await SendAsync(context, await trust.GetPolicyAsync(context.GetCaller(), context.RequestAborted));
    }

    private async Task PutPolicyAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var policy = await RequestMembers.ReadAsync(
            context,
            options.MaxBodyBytes,
            Policy,
            members => new CardPolicy(members.Boolean("require_signature") ?? false)
            {
                RequireDomain = members.Boolean("require_domain") ?? false,
                Extensions = members.Texts("extensions"),
                MinimumTrustLevel = members.Text("minimum_trust_level"),
                OwnerTrustLevels = members.TextsByName("owner_trust_levels"),
                ExtensionTrustLevels = members.TextsByName("extension_trust_levels"),
            });
        await SendAsync(context, await trust.PutPolicyAsync(context.GetCaller(), policy, context.RequestAborted));
    }

    private static async Task SendAsync(HttpContext context, CardPolicy policy)
    {
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("require_signature"u8, policy.RequireSignature);
        answer.Json.WriteGiven("require_domain", policy.RequireDomain ? true : null);
        answer.Json.WriteGiven("extensions", policy.Extensions);
        answer.Json.WriteGiven("minimum_trust_level", policy.MinimumTrustLevel);
        answer.Json.WriteGiven("owner_trust_levels", policy.OwnerTrustLevels);
        answer.Json.WriteGiven("extension_trust_levels", policy.ExtensionTrustLevels);
        await answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, CardIssuerInfo issuer)
    {
        json.WriteGiven("id", issuer.Id);
        json.WriteString("url"u8, issuer.Url);
        json.WriteGiven("keys_url", issuer.KeysUrl);
        json.WriteGiven("key_ids", issuer.KeyIds);
        if (issuer.AwaitsKeys)
        {
            json.WriteBoolean("awaits_keys"u8, true);
        }
    }
}
