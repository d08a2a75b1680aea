namespace OrleansRegistry.Trust;

/// <summary><see cref="ISnapshotStore"/> for callers.</summary>
internal sealed class GuardedSnapshots(SnapshotStore snapshots, Operations operations) : ISnapshotStore
{
    public Task<SnapshotRecord> SaveAsync(Caller caller, SnapshotSave save, Stream state, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.SaveSnapshot,
            caller,
            save.AgentId,
            () => snapshots.SaveAsync(Saving(caller, save.AgentId), save, state, cancellationToken),
            saved => saved.Id);

    public Task<SnapshotRecord> ImportAsync(
        Caller caller, string? agentId, Stream file, CancellationToken cancellationToken = default) => operations.RunAsync(
        TaskOperations.SaveSnapshot,
        caller,
        agentId,
        () => snapshots.ImportAsync(agentId is null ? caller : Saving(caller, agentId), agentId, file, cancellationToken),
        saved => saved.Id);

    public Task<SnapshotRecord?> GetAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        snapshots.GetAsync(Reading(caller), agentId, snapshotId, cancellationToken);

    public Task<SnapshotRecord?> FindAsync(
        Caller caller, string agentId, string sessionId, long index, CancellationToken cancellationToken = default) =>
        snapshots.FindAsync(Reading(caller), agentId, sessionId, index, cancellationToken);

    public Task<SnapshotRecord?> GetLatestAsync(
        Caller caller, string agentId, string? sessionId = null, CancellationToken cancellationToken = default) =>
        snapshots.GetLatestAsync(Reading(caller), agentId, sessionId, cancellationToken);

    public Task<SnapshotContent> OpenAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        snapshots.OpenAsync(Reading(caller), agentId, snapshotId, cancellationToken);

    public Task<SnapshotContent> OpenFileAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        snapshots.OpenFileAsync(Reading(caller), agentId, snapshotId, cancellationToken);

    public Task<SnapshotRecord> VerifyAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        snapshots.VerifyAsync(Reading(caller), agentId, snapshotId, cancellationToken);

    public Task DeleteAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.DeleteSnapshot,
            caller,
            snapshotId,
            () => snapshots.DeleteAsync(Saving(caller, agentId), agentId, snapshotId, cancellationToken));

    public Task<SnapshotPage> ListAsync(Caller caller, SnapshotQuery? query = null, CancellationToken cancellationToken = default) =>
        snapshots.ListAsync(Reading(caller), query, cancellationToken);

    public Task<SnapshotUpload> BeginUploadAsync(Caller caller, SnapshotSave save, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.PutSnapshotPart,
            caller,
            save.AgentId,
            () => snapshots.BeginUploadAsync(Saving(caller, save.AgentId), save, cancellationToken));

    public Task PutPartAsync(
        Caller caller, string agentId, string snapshotId, int number, Stream part, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.PutSnapshotPart,
            caller,
            snapshotId,
            () => snapshots.PutPartAsync(Saving(caller, agentId), agentId, snapshotId, number, part, cancellationToken));

    public Task<IReadOnlyList<SnapshotPart>> ListPartsAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        snapshots.ListPartsAsync(Reading(caller), agentId, snapshotId, cancellationToken);

    public Task<SnapshotRecord> CompleteUploadAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) => operations.RunAsync(
        TaskOperations.SaveSnapshot,
        caller,
        snapshotId,
        () => snapshots.CompleteUploadAsync(Saving(caller, agentId), agentId, snapshotId, cancellationToken));

    public Task AbortUploadAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.AbortSnapshot,
            caller,
            snapshotId,
            () => snapshots.AbortUploadAsync(Saving(caller, agentId), agentId, snapshotId, cancellationToken));

    private Caller Reading(Caller caller) => operations.Admit(TaskOperations.ReadSnapshot, caller);

    /// <summary>Whose states a credential for certain agents may save.</summary>
    private static Caller Saving(Caller caller, string agentId)
    {
        caller.DemandAgent(agentId);
        return caller;
    }
}
