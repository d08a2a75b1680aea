using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Tasks;

/// <summary>The artifacts of a task, in pages and one by one.</summary>
internal sealed class TaskArtifactEndpoints(ITaskRegistry registry)
{
    public void Map(ApiRoutes routes)
    {
        routes.Get("/tasks/{id}/artifacts", ListAsync, TaskDocs.Task(
            "listTaskArtifacts", "The artifacts of a task, in the order in which each first came, page by page")
            .Says("A page ends early where it grows large. An artifact that is too large for one page goes on in the next, which continues says: "
                + "the same artifactId, with further parts.")
            .Paged(PageLimit.Items)
            .Leased()
            .Answer(200, "A page of artifacts.", "ArtifactList")
            .Problems(400, 404, 503));
        routes.Get("/tasks/{id}/artifacts/{artifactId}", GetAsync, TaskDocs.Task("getTaskArtifact", "One artifact of a task, whole")
            .Path("artifactId", "The artifact's id. A slash in it is written %2F.")
            .Leased()
            .Answer(200, "The artifact.", "Artifact")
            .Problems(400, 404, 413, 503));
    }

    private async Task ListAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 1);
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Items) ?? PageLimit.Items.Usual;
        var page = await registry.ReadArtifactsAsync(
            context.GetCaller(), id, size, parameters.Text("page_token"), TaskReadEndpoints.LeaseToken(context), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("artifacts"u8);
        foreach (var artifact in page.Artifacts)
        {
            await answer.WriteDocumentAsync(context, artifact);
        }

        answer.Json.WriteEndArray();
        if (page.Continues)
        {
            answer.Json.WriteBoolean("continues"u8, true);
        }

        answer.Json.WriteNumber("first"u8, page.First);
        answer.Json.WritePageEnd(page.NextPageToken, size, page.Total);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = TaskPaths.TaskId(context, segmentsAfter: 2);
        var artifactId = TaskPaths.ArtifactId(context);
        QueryParameters.Check(context);
        var lease = TaskReadEndpoints.LeaseToken(context);
        var artifact = await registry.GetArtifactAsync(context.GetCaller(), id, artifactId, lease, context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, "The task has no such artifact", "artifact_id");
        var answer = JsonAnswer.Rent();
        await answer.WriteDocumentAsync(context, artifact);
        await answer.SendAsync(context);
    }
}
