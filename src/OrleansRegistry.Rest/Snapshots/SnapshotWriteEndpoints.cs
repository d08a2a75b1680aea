using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Rest.Snapshots;

/// <summary>Saves, checks and deletes snapshots.</summary>
internal sealed class SnapshotWriteEndpoints(ISnapshotStore snapshots)
{
    public const string Gzip = "application/gzip";

    public void Map(ApiRoutes routes)
    {
        routes.Post("/agents/{id}/snapshots", SaveAsync, SnapshotPaths.OfAgent("saveSnapshot", "Save a snapshot of an agent's state")
            .Says("The body is the state, any JSON, up to PERSIST_MAX_FILE_SIZE; or with Content-Type application/gzip the file of a snapshot, of "
                + "this registry or of Persist, which keeps its id, time, index and description: then no parameter is taken.")
            .SavedAs()
            .Body("SnapshotState", "application/json", Gzip)
            .Idempotent()
            .Answer(201, "It is saved.", "Snapshot")
            .Answer(200, "It was saved before.", "Snapshot")
            .Problems(400, 403, 409, 413, 415, 503, 507));
        routes.Post("/agents/{id}/snapshots/{snapshot_id}:verify", VerifyAsync, SnapshotPaths.OfOne(
            "verifySnapshot", "Read the whole file of a snapshot and compare it with what was saved")
            .Says("A snapshot that is not what was saved is a 500, whose detail has the hash that was expected and the one found.")
            .Answer(200, "It is what was saved.", "SnapshotVerified")
            .Problems(400, 404, 503));
        routes.Delete("/agents/{id}/snapshots/{snapshot_id}", DeleteAsync, SnapshotPaths.OfOne("deleteSnapshot", "Delete a snapshot")
            .Answer(204, "It is gone.")
            .Problems(400, 404, 503, 507));
        routes.Refuse("/agents/{id}/snapshots/{snapshot_id}", SnapshotPaths.HasNoAction);
    }

    /// <summary>The body, however long: the registry refuses what is too much of it.</summary>
    public static Stream OpenBody(HttpContext context)
    {
        JsonContentType.DemandPlain(context.Request);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        return new SentStream(context);
    }

    private async Task SaveAsync(HttpContext context)
    {
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        if (IsFile(context.Request))
        {
            if (parameters.Has("session_id") || parameters.Has("index") || parameters.Has("description") || parameters.Has("replace"))
            {
                throw RegistryException.Invalid("session_id", "and the other parameters are not taken with a file, which has its own");
            }

            var imported = await snapshots.ImportAsync(context.GetCaller(), id, OpenBody(context), context.RequestAborted);
            await SnapshotJson.SendSavedAsync(context, imported);
            return;
        }

        JsonContentType.Demand(context.Request);
        var save = SnapshotPaths.Save(parameters, id);
        var saved = await snapshots.SaveAsync(context.GetCaller(), save, OpenBody(context), context.RequestAborted);
        await SnapshotJson.SendSavedAsync(context, saved);
    }

    private async Task VerifyAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 2);
        var snapshotId = SnapshotPaths.SnapshotId(context, suffix: ":verify");
        var snapshot = await snapshots.VerifyAsync(context.GetCaller(), id, snapshotId, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("snapshot_id"u8, snapshot.Id);
        answer.Json.WriteString("content_hash"u8, snapshot.ContentHash);
        answer.Json.WriteBoolean("verified"u8, true);
        await answer.SendObjectAsync(context);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 2);
        await snapshots.DeleteAsync(context.GetCaller(), id, SnapshotPaths.SnapshotId(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static bool IsFile(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals(Gzip, StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("application/x-gzip", StringComparison.OrdinalIgnoreCase));
}
