using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Snapshots;

/// <summary>States that come in parts, so that an upload that was cut off goes on where it ended.</summary>
internal sealed class SnapshotUploadEndpoints(ISnapshotStore snapshots)
{
    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents/{id}/snapshots/uploads", BeginAsync, SnapshotPaths.OfAgent(
            "beginSnapshotUpload", "Begin a snapshot whose state comes in parts")
            .Says("Send the parts to /agents/{id}/snapshots/{snapshot_id}/parts/{number}, then POST /agents/{id}/snapshots/{snapshot_id}:complete.")
            .SavedAs()
            .Idempotent()
            .Answer(201, "It has begun.", "SnapshotUpload")
            .Problems(400, 403, 409, 503, 507));
        routes.Put("/agents/{id}/snapshots/{snapshot_id}/parts/{number}", PutPartAsync, SnapshotPaths.OfOne(
            "putSnapshotPart", "Store a part of the state, or take the place of the one with that number")
            .Says("A part has 5 MiB at least, unless it is the last, and 64 MiB at most.")
            .Path("number", "From 1; the parts are joined by their numbers.")
            .Body("SnapshotPartBody", "application/octet-stream")
            .Answer(204, "It is stored.")
            .Problems(400, 404, 413, 503, 507));
        routes.Get("/agents/{id}/snapshots/{snapshot_id}/parts", ListPartsAsync, SnapshotPaths.OfOne(
            "listSnapshotParts", "The parts that are there, which need not be sent again")
            .Answer(200, "All of them, by number.", "SnapshotParts")
            .Problems(400, 404, 503));
        routes.Post("/agents/{id}/snapshots/{snapshot_id}:complete", CompleteAsync, SnapshotPaths.OfOne(
            "completeSnapshotUpload", "Join the parts and save the snapshot")
            .Says("Sent again once it is saved, it answers the same.")
            .Answer(201, "It is saved.", "Snapshot")
            .Answer(200, "It was saved before.", "Snapshot")
            .Problems(400, 403, 404, 409, 413, 503, 507));
        routes.Delete("/agents/{id}/snapshots/{snapshot_id}/parts", AbortAsync, SnapshotPaths.OfOne("abortSnapshotUpload", "Drop an upload")
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503));
    }

    private async Task BeginAsync(HttpContext context)
    {
        var save = SnapshotPaths.Save(new QueryParameters(context), SnapshotPaths.AgentId(context, segmentsAfter: 2));
        var upload = await snapshots.BeginUploadAsync(context.GetCaller(), save, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("snapshot_id"u8, upload.SnapshotId);
        answer.Json.WriteString("agent_id"u8, upload.AgentId);
        answer.Json.WriteString("session_id"u8, upload.SessionId);
        answer.Json.WriteTime("expires_at", upload.ExpiresAt);
        await answer.SendObjectAsync(context, StatusCodes.Status201Created);
    }

    private async Task PutPartAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 4);
        var snapshotId = SnapshotPaths.SnapshotId(context, segmentsAfter: 2);
        var number = SnapshotPaths.PartNumber(context);
        await snapshots.PutPartAsync(
            context.GetCaller(), id, snapshotId, number, SnapshotWriteEndpoints.OpenBody(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ListPartsAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 3);
        var parts = await snapshots.ListPartsAsync(
            context.GetCaller(), id, SnapshotPaths.SnapshotId(context, segmentsAfter: 1), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("parts"u8);
        foreach (var part in parts)
        {
            answer.Json.WriteStartObject();
            answer.Json.WriteNumber("number"u8, part.Number);
            answer.Json.WriteNumber("size"u8, part.Size);
            answer.Json.WriteEndObject();
        }

        answer.Json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    private async Task CompleteAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 2);
        var snapshotId = SnapshotPaths.SnapshotId(context, suffix: ":complete");
        await SnapshotJson.SendSavedAsync(
            context, await snapshots.CompleteUploadAsync(context.GetCaller(), id, snapshotId, context.RequestAborted));
    }

    private async Task AbortAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 3);
        await snapshots.AbortUploadAsync(
            context.GetCaller(), id, SnapshotPaths.SnapshotId(context, segmentsAfter: 1), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
