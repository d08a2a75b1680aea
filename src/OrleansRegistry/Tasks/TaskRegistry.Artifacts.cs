namespace OrleansRegistry.Tasks;

/// <summary>Artifacts of a task, one by one and in pages.</summary>
internal sealed partial class TaskRegistry
{
    public async Task<RawJson?> GetArtifactAsync(
        Caller caller,
        string id,
        string artifactId,
        string? leaseToken = null,
        CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        Identifiers.CheckId(artifactId, "artifact_id");
        var found = await TaskLoader.WithHeadAsync(
            () => ReadAsync(caller, grain, id, leaseToken),
            async head => new Box(
                await artifactReader.ReadOneAsync(LogName.ArtifactsOf(caller.Tenant, id), head.Artifacts, artifactId,
                rules.MaxLoadBytes))) ?? throw NotFound();
        return found.Json;
    }

    public async Task<ArtifactPage> ReadArtifactsAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        PageLimit.Items.Check(pageSize);
        return await TaskLoader.WithHeadAsync(
            () => ReadAsync(caller, grain, id, leaseToken),
            async head =>
            {
                var query = LogTokens.QueryOf("artifacts", caller.Tenant, id, head.CreatedAt);
                var from = LogTokens.ReadArtifact(pageToken, query);
                var run = await artifactReader.ReadForwardAsync(
                    LogName.ArtifactsOf(caller.Tenant, id),
                    head.Artifacts,
                    from,
                    pageSize,
                    rules.MaxLoadBytes);
                return new ArtifactPage(run.Artifacts, from.Artifact, run.Total, LogTokens.Make(run.Next, query), run.Continues);
            }) ?? throw NotFound();
    }

    private sealed record Box(RawJson? Json);
}
