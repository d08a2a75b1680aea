namespace OrleansRegistry.Snapshots;

/// <summary>Snapshots: their index in the record store, their files in an object store.</summary>
internal sealed partial class SnapshotStore(
    SnapshotSaver saver,
    SnapshotIndex records,
    SnapshotObjects objects,
    AgentRegistry agents,
    RegistryOptions options,
    [RegistryTime] TimeProvider time)
    : ISnapshotStore
{
    public async Task<SnapshotRecord> SaveAsync(
        Caller caller, SnapshotSave save, Stream state, CancellationToken cancellationToken = default)
    {
        await CheckAsync(caller, save, cancellationToken);
        using var draft = await StateDraft.ReadAsync(state, options.Snapshots.MaxBytes, cancellationToken);
        if (caller.IdempotencyKey is null)
        {
            return await saver.SaveAsync(caller.Tenant, caller.Subject, save, DerivedId.Random(), draft, cancellationToken);
        }

        var id = DerivedId.For("snapshot", caller.Subject, save.AgentId, caller.IdempotencyKey);
        return await FindOwnAsync(caller, save.AgentId, id, cancellationToken) is { } saved
            ? Repeat(saved.Snapshot, save, draft)
            : await saver.SaveAsync(caller.Tenant, caller.Subject, save, id, draft, cancellationToken);
    }

    public async Task<SnapshotRecord> ImportAsync(Caller caller, string? agentId, Stream file, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckCaller(caller);
        if (agentId is not null)
        {
            await CheckAsync(caller, new SnapshotSave { AgentId = agentId }, cancellationToken);
        }

        var (metadata, draft) = await StateDraft.ReadFileAsync(file, options.Snapshots.MaxBytes, cancellationToken);
        using (draft)
        {
            if (agentId is not null && metadata.AgentId != agentId)
            {
                throw RegistryException.Invalid("metadata.agent_id", $"is '{LogText.Id(metadata.AgentId)}', not '{LogText.Id(agentId)}'");
            }

            var save = new SnapshotSave
            {
                AgentId = metadata.AgentId,
                SessionId = metadata.SessionId,
                Index = metadata.Index,
                Description = metadata.Description,
            };
            await CheckAsync(caller, save, cancellationToken);
            Identifiers.CheckId(metadata.SnapshotId, "metadata.snapshot_id");
            if (await FindOwnAsync(caller, metadata.AgentId, metadata.SnapshotId, cancellationToken) is { } saved)
            {
                return saved.Snapshot.ContentHash == metadata.ContentHash
                    ? saved.Snapshot with { Repeated = true }
                    : throw new RegistryException(
                        RegistryError.Conflict,
                        $"metadata.snapshot_id: there is a snapshot '{LogText.Id(metadata.SnapshotId)}' with another state",
                        "metadata.snapshot_id");
            }

            metadata = metadata with { UncompressedSize = draft.ReadLength };
            return await saver.SaveAtAsync(caller.Tenant, caller.Subject, metadata, draft, replace: false, cancellationToken)
                ?? throw SnapshotSaver.Taken(metadata);
        }
    }

    public async Task<SnapshotRecord?> GetAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default) =>
        (await FindAsync(caller, agentId, snapshotId, cancellationToken))?.Snapshot;

    public async Task<SnapshotRecord?> FindAsync(
        Caller caller, string agentId, string sessionId, long index, CancellationToken cancellationToken = default)
    {
        CheckIds(caller, agentId, sessionId);
        var query = Of(caller, SnapshotKind.Series.Is(SnapshotKind.SeriesOf(agentId, sessionId)), SnapshotKind.Index.Is(index));
        return (await records.FirstAsync(query, cancellationToken))?.Snapshot;
    }

    public async Task<SnapshotRecord?> GetLatestAsync(
        Caller caller, string agentId, string? sessionId = null, CancellationToken cancellationToken = default)
    {
        CheckIds(caller, agentId, sessionId);
        var query = Of(
            caller,
            sessionId is null ? SnapshotKind.AgentId.Is(agentId) : SnapshotKind.Series.Is(SnapshotKind.SeriesOf(agentId, sessionId)));
        return (await records.FirstAsync(query, cancellationToken))?.Snapshot;
    }

    public async Task<SnapshotContent> OpenAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        var entry = await FindAsync(caller, agentId, snapshotId, cancellationToken) ?? throw NotFound();
        return new SnapshotContent(entry.Snapshot, await OpenStateAsync(entry, cancellationToken), entry.StateBytes);
    }

    public async Task<SnapshotContent> OpenFileAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        var entry = await FindAsync(caller, agentId, snapshotId, cancellationToken) ?? throw NotFound();
        return new SnapshotContent(entry.Snapshot, await OpenObjectAsync(entry, cancellationToken), entry.Snapshot.CompressedSize);
    }

    public async Task<SnapshotRecord> VerifyAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        var entry = await FindAsync(caller, agentId, snapshotId, cancellationToken) ?? throw NotFound();
        await using var state = await OpenStateAsync(entry, cancellationToken);
        await state.VerifyAsync(cancellationToken);
        return entry.Snapshot;
    }

    public async Task DeleteAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        CheckIds(caller, agentId, null);
        Identifiers.CheckId(snapshotId, "snapshot_id");
        var query = OfId(agentId, snapshotId, new RecordQuery(SnapshotKind.Kind, caller.Tenant)).And(SnapshotKind.Owner.Is(caller.Subject));
        foreach (var (listed, entry) in await records.ListAsync(query, null, 1, cancellationToken))
        {
            if (entry is null)
            {
                await records.DeleteUnreadableAsync(listed.Record, cancellationToken);
                return;
            }

            if (await saver.RemoveAsync(entry, cancellationToken))
            {
                return;
            }
        }

        throw NotFound();
    }

    private async Task<StateStream> OpenStateAsync(SnapshotEntry entry, CancellationToken cancellationToken) =>
        new(entry, await OpenObjectAsync(entry, cancellationToken));

    private async Task<Stream> OpenObjectAsync(SnapshotEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await objects.OpenAsync(entry.ObjectName, cancellationToken);
        }
        catch (RegistryException missing) when (missing.Error == RegistryError.NotFound)
        {
            // It may have been deleted or replaced since it was found in the index.
            var now = await records.ReadAsync(
                entry.Snapshot.Tenant,
                entry.Snapshot.Owner,
                entry.Snapshot.AgentId,
                entry.Snapshot.SessionId,
                entry.Snapshot.Index,
                cancellationToken);
            throw now?.ObjectId == entry.ObjectId
                ? SnapshotFaults.Damaged(entry.Snapshot.Id, "it is not in the store of snapshots", cause: missing)
                : NotFound();
        }
    }

    private async Task<SnapshotEntry?> FindAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken)
    {
        CheckIds(caller, agentId, null);
        Identifiers.CheckId(snapshotId, "snapshot_id");
        return await records.FirstAsync(OfId(agentId, snapshotId, Of(caller)), cancellationToken);
    }

    /// <summary>One that the caller itself saved.</summary>
    private Task<SnapshotEntry?> FindOwnAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken) =>
        records.FirstAsync(
            OfId(agentId, snapshotId, new RecordQuery(SnapshotKind.Kind, caller.Tenant)).And(SnapshotKind.Owner.Is(caller.Subject)),
            cancellationToken);

    private static RecordQuery OfId(string agentId, string snapshotId, RecordQuery query) =>
        query.And(SnapshotKind.SnapshotId.Is(snapshotId), SnapshotKind.AgentId.Is(agentId));

    /// <summary>What of the snapshots the caller may see.</summary>
    private static RecordQuery Of(Caller caller, params ReadOnlySpan<RecordCondition?> conditions) =>
        new RecordQuery(SnapshotKind.Kind, caller.Tenant).And(Access.Listed(caller, SnapshotKind.Owner)).And(conditions);

    private async Task CheckAsync(Caller caller, SnapshotSave save, CancellationToken cancellationToken)
    {
        CheckIds(caller, save.AgentId, save.SessionId);
        if (save.Index is < 0)
        {
            throw RegistryException.Invalid("index", "must be a whole number from 0");
        }

        if (save.Description is { Length: > SnapshotSave.MaxDescription } description)
        {
            throw RegistryException.Invalid(
                "description", $"has {description.Length:N0} characters; up to {SnapshotSave.MaxDescription:N0} are taken");
        }

        Access.DemandSaver(caller, save.AgentId, await agents.GetAsync(caller, save.AgentId, cancellationToken: cancellationToken));
    }

    private static void CheckIds(Caller caller, string agentId, string? sessionId)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(agentId);
        if (sessionId is not null)
        {
            Identifiers.CheckId(sessionId, "session_id");
        }
    }

    private static SnapshotRecord Repeat(SnapshotRecord saved, SnapshotSave save, StateDraft draft)
    {
        var isSame = saved.ContentHash == draft.ContentHash && saved.SessionId == save.SessionId && saved.Description == save.Description
            && (save.Index is null || saved.Index == save.Index);
        return isSame
            ? saved with { Repeated = true }
            : throw new RegistryException(
                RegistryError.KeyReused,
                $"{Identifiers.KeyField}: this key was sent with another snapshot. A key goes with one request, sent as often as need be; take a new one.",
                Identifiers.KeyField);
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Snapshot not found", "snapshot_id");
}
