namespace OrleansRegistry.Trust;

/// <summary><see cref="IAgentVersions"/> for callers.</summary>
internal sealed class GuardedVersions(AgentVersions versions, Operations operations, AgentOwnership ownership) : IAgentVersions
{
    public Task<AgentVersionPage> ListAsync(
        Caller caller, string agentId, int? pageSize = null, string? pageToken = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.Read, caller, agentId, () => versions.ListAsync(caller, agentId, pageSize, pageToken, cancellationToken));

    public Task<AgentVersion> GetAsync(Caller caller, string agentId, string version, CancellationToken cancellationToken = default) =>
        operations.RunAsync(AgentOperations.Read, caller, agentId, () => versions.GetAsync(caller, agentId, version, cancellationToken));

    public Task<AgentVersionDiff> DiffAsync(
        Caller caller, string agentId, string from, string to = AgentLabel.Latest, CancellationToken cancellationToken = default) =>
        operations.RunAsync(AgentOperations.Read, caller, agentId, () => versions.DiffAsync(caller, agentId, from, to, cancellationToken));

    public Task<AgentWriteResult> RollBackAsync(
        Caller caller,
        string agentId,
        string to,
        WriteCondition condition = default,
        bool force = false,
        CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.RollBack,
        caller,
        agentId,
        () => versions.RollBackAsync(ownership.Acting(caller, agentId), agentId, to, condition, force, cancellationToken));

    public Task<AgentRecord> LabelAsync(
        Caller caller, string agentId, string label, long number, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.Label,
        caller,
        agentId,
        () => versions.LabelAsync(ownership.Acting(caller, agentId), agentId, label, number, cancellationToken));

    public Task<AgentRecord> UnlabelAsync(Caller caller, string agentId, string label, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.Label,
            caller,
            agentId,
            () => versions.UnlabelAsync(ownership.Acting(caller, agentId), agentId, label, cancellationToken));
}

/// <summary><see cref="IAgentDrafts"/> for callers.</summary>
internal sealed class GuardedDrafts(AgentDrafts drafts, Operations operations, AgentOwnership ownership) : IAgentDrafts
{
    public Task<AgentDraft> PutAsync(
        Caller caller, string agentId, ReadOnlyMemory<byte> card, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.PutDraft, caller, agentId, () => drafts.PutAsync(ownership.Acting(caller, agentId), agentId, card, cancellationToken));

    public Task<AgentDraft> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.ReadDraft, caller, agentId, () => drafts.GetAsync(ownership.Acting(caller, agentId), agentId, cancellationToken));

    public Task RemoveAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) => operations.RunAsync(
        AgentOperations.RemoveDraft, caller, agentId, () => drafts.RemoveAsync(ownership.Acting(caller, agentId), agentId, cancellationToken));

    public Task<AgentWriteResult> PublishAsync(
        Caller caller, string agentId, WriteCondition condition = default, bool force = false, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            AgentOperations.PublishDraft,
            caller,
            agentId,
            () => drafts.PublishAsync(ownership.Acting(caller, agentId), agentId, condition, force, cancellationToken));
}
