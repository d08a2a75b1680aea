using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Agents;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Checks the signatures of an agent's card now: <c>POST /agents/{id}:verify</c>.</summary>
internal sealed class SignatureEndpoints(IAgentSignatures signatures)
{
    public void Map(ApiRoutes routes) => routes.Post(
        "/agents/{id}:verify",
        VerifyAsync,
        AgentDocs.Agent("verifyAgent", "Check the signatures of an agent's card now")
            .Says("Against the keys of issuers that this registry trusts, read anew. They are checked with each new card, and where an issuer's keys "
                + "change; what is found is written where it is something else than before.")
            .Answer(200, "What was found.", "AgentVerification", isTagged: true)
            .Problems(400, 404, 409, 503, 507));

    private async Task VerifyAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var id = AgentPaths.AgentId(context, suffix: ":verify");
        var found = await signatures.VerifyAsync(context.GetCaller(), id, context.RequestAborted);
        RevisionHeader.Set(context.Response, found.Revision);
        EntityTags.Set(context.Response, found.Revision);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("agent_id"u8, found.AgentId);
        answer.Json.WriteNumber("revision"u8, found.Revision);
        SignatureJson.Write(answer.Json, found.Signature);
        await answer.SendObjectAsync(context);
    }
}
