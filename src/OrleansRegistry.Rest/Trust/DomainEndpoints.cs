using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The domains that the caller proves to be its own: <c>/domains</c>.</summary>
internal sealed class DomainEndpoints(IDomains domains, RegistryHttpOptions options)
{
    private const string Field = "domain";
    private const string Verify = ":verify";

    private static readonly RequestMembers.Names Begin = new(Field);

    public void Map(ApiRoutes routes)
    {
        routes.Post("/domains", BeginAsync, Operation("beginDomain", "Begin to prove that a domain is the caller's")
            .Says("Put the token into the TXT record, which proves the domain and all below it, or into the file, which proves that host alone; then "
                + "have it verified. What was begun already, and has not ended, stays as it is.")
            .Body("DomainBegin")
            .Answer(200, "What to put where.", "DomainProof")
            .Problems(400, 409, 413, 415, 503, 507));
        routes.Get("/domains", ListAsync, Operation("listDomains", "The caller's domains, in the order of their names")
            .Answer(200, "All of them.", "DomainList")
            .Problems(400, 503));
        routes.Post("/domains/{domain}" + Verify, VerifyAsync, One("verifyDomain", "Look now whether the token is there")
            .Answer(200, "What came of it, also where it is not there.", "DomainProof")
            .Problems(400, 404, 409, 503, 507));
        routes.Delete("/domains/{domain}", RemoveAsync, One("removeDomain", "Remove a domain: it counts no more")
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Trust", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary)
        .Path(Field, "Such as agents.example.");

    private static string DomainOf(HttpContext context, string suffix = "")
    {
        QueryParameters.Check(context);
        GenerationCondition.Refuse(context.Request);
        return RawPath.Id(context, Field, segmentsAfter: 0, suffix, HasNoAction, Field);
    }

    private static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /domains/{domain} with :verify") { Header = ("Allow", "DELETE") };

    private async Task BeginAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var domain = await RequestMembers.ReadAsync(
            context, options.MaxBodyBytes, Begin, members => members.Text(Field) ?? throw members.Missing(Field, "it says what is to be proved"));
        await SendAsync(context, await domains.BeginAsync(context.GetCaller(), domain, context.RequestAborted));
    }

    private async Task ListAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var found = await domains.ListAsync(context.GetCaller(), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("domains"u8);
        foreach (var proof in found)
        {
            answer.Json.WriteStartObject();
            Write(answer.Json, proof);
            answer.Json.WriteEndObject();
        }

        answer.Json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    private async Task VerifyAsync(HttpContext context) =>
        await SendAsync(context, await domains.VerifyAsync(context.GetCaller(), DomainOf(context, Verify), context.RequestAborted));

    private async Task RemoveAsync(HttpContext context)
    {
        if (!await domains.RemoveAsync(context.GetCaller(), DomainOf(context), context.RequestAborted))
        {
            throw new RegistryException(RegistryError.NotFound, "Domain not found", Field);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task SendAsync(HttpContext context, DomainProof proof)
    {
        var answer = JsonAnswer.RentObject();
        Write(answer.Json, proof);
        await answer.SendObjectAsync(context);
    }

    private static void Write(Utf8JsonWriter json, DomainProof proof)
    {
        json.WriteString("domain"u8, proof.Domain);
        json.WriteString("state"u8, proof.State.ToName());
        json.WriteString("token"u8, proof.Token);
        json.WriteTime("token_end", proof.TokenEnd);
        json.WriteString("record_name"u8, proof.RecordName);
        json.WriteString("file_url"u8, proof.FileUrl);
        json.WriteGiven("method", proof.Method?.ToName());
        json.WriteTime("found_at", proof.FoundAt);
        json.WriteTime("missed_at", proof.MissedAt);
        json.WriteGiven("reason", proof.Reason);
        json.WriteTime("held_until", proof.HeldUntil);
    }
}
