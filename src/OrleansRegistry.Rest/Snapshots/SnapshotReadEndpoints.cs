using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Snapshots;

/// <summary>Snapshots as they are: their metadata, states and files.</summary>
internal sealed class SnapshotReadEndpoints(ISnapshotStore snapshots)
{
    private const int PieceBytes = 64 * 1024;

    public void Map(ApiRoutes routes)
    {
        routes.Get("/snapshots", ListAllAsync, SnapshotPaths.Operation("searchSnapshots", "Snapshots of all agents, newest first")
            .Query("agent_id", "Of this agent.")
            .Filtered());
        routes.Get("/agents/{id}/snapshots", ListAsync, SnapshotPaths.OfAgent("listSnapshots", "The snapshots of an agent's state, newest first")
            .Filtered());
        routes.Get("/agents/{id}/snapshots/latest", GetLatestAsync, SnapshotPaths.OfAgent("getLatestSnapshot", "An agent's newest snapshot")
            .Query("session_id", "Of this session; of all unless given.")
            .Answer(200, "The snapshot, without its state.", "Snapshot")
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/snapshots/{snapshot_id}", GetAsync, SnapshotPaths.OfOne("getSnapshot", "What is known of a snapshot")
            .Answer(200, "The snapshot, without its state.", "Snapshot")
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/snapshots/{snapshot_id}/state", GetStateAsync, SnapshotPaths.OfOne("getSnapshotState", "The state of a snapshot")
            .Says("It is compared with its hash while it is sent: one that is not what was saved is a 500, or where it is large, ends before its "
                + "last bytes.")
            .Header("If-None-Match", "The entity tag of what the client has: 304 if it still is so.")
            .Answer(200, "The state.", "SnapshotState", isTagged: true)
            .Answer(304, "The client has it already.", isTagged: true)
            .Problems(400, 404, 503));
        routes.Get("/agents/{id}/snapshots/{snapshot_id}/file", GetFileAsync, SnapshotPaths.OfOne(
            "getSnapshotFile", "The file of a snapshot, which Persist reads too")
            .Answer(200, "The file.", "SnapshotFile", contentType: SnapshotWriteEndpoints.Gzip)
            .Problems(400, 404, 503));
    }

    private Task ListAllAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        return ListAsync(context, parameters, parameters.Text("agent_id"));
    }

    private Task ListAsync(HttpContext context) =>
        ListAsync(context, new QueryParameters(context), SnapshotPaths.AgentId(context, segmentsAfter: 1));

    private async Task ListAsync(HttpContext context, QueryParameters parameters, string? agentId)
    {
        var query = new SnapshotQuery
        {
            AgentId = agentId,
            SessionId = parameters.Text("session_id"),
            Index = parameters.Number("index", 0),
            Since = parameters.Time("since"),
            Before = parameters.Time("before"),
            Text = parameters.Text("query"),
            PageSize = parameters.PageSize(PageLimit.Snapshots) ?? PageLimit.Snapshots.Usual,
            PageToken = parameters.Text("page_token"),
        };
        var page = await snapshots.ListAsync(context.GetCaller(), query, context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("snapshots"u8);
        foreach (var snapshot in page.Snapshots)
        {
            SnapshotJson.Write(answer.Json, snapshot);
        }

        answer.Json.WriteEndArray();
        answer.Json.WriteUnreadable(page.Unreadable);
        answer.Json.WritePageEnd(page.NextPageToken, query.PageSize, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetLatestAsync(HttpContext context)
    {
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 2);
        var session = new QueryParameters(context).Text("session_id");
        var snapshot = await snapshots.GetLatestAsync(context.GetCaller(), id, session, context.RequestAborted) ?? throw SnapshotPaths.NotFound();
        await SnapshotJson.SendAsync(context, snapshot);
    }

    private async Task GetAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 2);
        var snapshot = await snapshots.GetAsync(context.GetCaller(), id, SnapshotPaths.SnapshotId(context), context.RequestAborted)
            ?? throw SnapshotPaths.NotFound();
        await SnapshotJson.SendAsync(context, snapshot);
    }

    private async Task GetStateAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 3);
        var snapshotId = SnapshotPaths.SnapshotId(context, segmentsAfter: 1);
        await using var state = await snapshots.OpenAsync(context.GetCaller(), id, snapshotId, context.RequestAborted);
        var tag = $"\"{state.Snapshot.ContentHash}\"";
        if (EntityTags.IsNotModified(context.Request, tag))
        {
            context.Response.Headers.ETag = tag;
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await SendAsync(context, state, JsonContentType.Json, tag);
    }

    private async Task GetFileAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var id = SnapshotPaths.AgentId(context, segmentsAfter: 3);
        var snapshotId = SnapshotPaths.SnapshotId(context, segmentsAfter: 1);
        await using var file = await snapshots.OpenFileAsync(context.GetCaller(), id, snapshotId, context.RequestAborted);
        await SendAsync(context, file, SnapshotWriteEndpoints.Gzip, tag: null);
    }

    /// <summary>Nothing is sent before the first bytes are read: a small state that is damaged is answered as that.</summary>
    private static async Task SendAsync(HttpContext context, SnapshotContent content, string type, string? tag)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        var read = HttpMethods.IsHead(context.Request.Method) ? 0 : await content.Stream.ReadAsync(piece, context.RequestAborted);
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        if (tag is not null)
        {
            context.Response.Headers.ETag = tag;
        }

        while (read > 0)
        {
            await SlowReaders.SendAsync(context, piece.AsMemory(0, read));
            read = await content.Stream.ReadAsync(piece, context.RequestAborted);
        }

        ArrayPool<byte>.Shared.Return(piece);
    }
}
