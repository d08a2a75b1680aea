using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Transfer;

namespace OrleansRegistry.Rest.Trust.Audit;

/// <summary>Who changed what: <c>/audit</c>.</summary>
internal sealed class AuditEndpoints(IAuditTrail trail, RegistryHttpOptions http, IOwnCardSigner? signer)
{
    private const int FlushBytes = 64 * 1024;

    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    public void Map(ApiRoutes routes)
    {
        routes.Get("/audit", ListAsync, Filtered("listAudit", "Who changed what in the tenant, newest first")
            .Query("oldest_first", "true: oldest first.", "boolean")
            .Paged(PageLimit.Audit)
            .Answer(200, "A page of entries, which can have none and still be followed by another. nextPageToken is empty on the last.", "AuditList")
            .Problems(400, 403, 503));
        routes.Get("/audit/export", ExportAsync, Filtered("exportAudit", "The same as JSON Lines, all of it, oldest first")
            .Says("A line an entry. The hash of each is SHA-256 of its other members in the canonical form of RFC 8785, and the next one has it as "
                + "previous. Compare the last with GET /audit/anchor to know that nothing was cut off. "
                + "Where a page of the trail cannot be read, a line says so: {\"unreadable\": its id in the store}.")
            .Answer(200, "The lines.", "AuditEntry", contentType: TransferEndpoints.LinesType)
            .Problems(400, 403, 503));
        routes.Get("/audit/anchor", GetAnchorAsync, Operation("getAuditAnchor", "How far the trail has come")
            .Says("Kept elsewhere, it shows later that nothing up to there was changed or removed. Where the registry has a key, it is signed.")
            .Answer(200, "The newest entry's place and hash; the sequence is 0 where there is none.", "AuditAnchor")
            .Problems(400, 403, 503));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Audit", summary);

    private static ApiOperation Filtered(string operationId, string summary) => Operation(operationId, summary)
        .Query("since", "Written at this time or later.")
        .Query("before", "Written before this time.")
        .Query("subject", "Of this caller.")
        .Query("object", "About the object with this id.")
        .Query("action", "Of this operation; with * at the end, of all whose names begin so: registry.agent.*")
        .Query("outcome", "With this outcome: ok, or an error's code.")
        .Query("credential", "By this credential.");

    private static AuditQuery Read(QueryParameters parameters) => new()
    {
        Since = parameters.Time("since"),
        Before = parameters.Time("before"),
        Subject = parameters.Text("subject"),
        Object = parameters.Text("object"),
        Action = parameters.Text("action"),
        Outcome = parameters.Text("outcome"),
        Credential = parameters.Text("credential"),
    };

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var query = Read(parameters) with
        {
            OldestFirst = parameters.Boolean("oldest_first") ?? false,
            PageSize = parameters.PageSize(PageLimit.Audit) ?? PageLimit.Audit.Usual,
            PageToken = parameters.Text("page_token"),
        };
        var page = await trail.ListAsync(context.GetCaller(), query, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("entries"u8);
        foreach (var entry in page.Entries)
        {
            AuditJson.Write(answer.Json, entry);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteUnreadable(page.Unreadable);
        answer.Json.WritePageEnd(page.NextPageToken, query.PageSize, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task ExportAsync(HttpContext context)
    {
        var query = Read(new QueryParameters(context)) with { OldestFirst = true, PageSize = 1 };
        var caller = context.GetCaller();

        // What is wrong with the query, or the caller, is told before the answer begins.
        await trail.ListAsync(caller, query, context.RequestAborted);
        context.Response.ContentType = TransferEndpoints.LinesType;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var body = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body);
        await foreach (var page in trail.ReadPagesAsync(caller, query, context.RequestAborted))
        {
            foreach (var entry in page.Entries)
            {
                AuditJson.Write(json, entry);
                EndLine();
                if (body.UnflushedBytes > FlushBytes)
                {
                    await SlowReaders.FlushAsync(context);
                }
            }

            foreach (var record in page.Unreadable)
            {
                AuditJson.WriteUnreadable(json, record);
                EndLine();
            }
        }

        void EndLine()
        {
            json.Flush();
            json.Reset();
            body.Write(LineEnd);
        }
    }

    private async Task GetAnchorAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var anchor = await trail.GetAnchorAsync(context.GetCaller(), context.RequestAborted);
        if (signer is { KeyId: not null })
        {
            var keySetUrl = PublicPath.UrlOf(http, context.Request) + IOwnCardSigner.KeySetPath;
            anchor = anchor with { Signature = signer.SignDetached(AuditJson.SignedBytes(anchor), AuditAnchor.SignatureType, keySetUrl) };
        }

        var answer = JsonAnswer.Rent();
        AuditJson.Write(answer.Json, anchor);
        await answer.SendAsync(context);
    }
}
