using Orleans.Storage;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>States that come in parts.</summary>
internal sealed partial class SnapshotStore
{
    public async Task<SnapshotUpload> BeginUploadAsync(Caller caller, SnapshotSave save, CancellationToken cancellationToken = default)
    {
        await CheckAsync(caller, save, cancellationToken);
        var id = caller.IdempotencyKey is null
            ? DerivedId.Random()
            : DerivedId.For("snapshot", caller.Subject, save.AgentId, caller.IdempotencyKey);
        if (await records.ReadUploadAsync(caller.Tenant, id, cancellationToken) is { } begun && begun.Owner == caller.Subject)
        {
            return Describe(begun);
        }

        var name = $"{await objects.UploadFolderAsync(cancellationToken)}{id}";
        var upload = new SnapshotUploadEntry
        {
            Tenant = caller.Tenant,
            Owner = caller.Subject,
            Save = save,
            SnapshotId = id,
            StartedAt = time.GetUtcMilliseconds(),
            ObjectName = name,
            ObjectUpload = await objects.BeginUploadAsync(name, cancellationToken),
        };
        try
        {
            await records.WriteUploadAsync(upload, cancellationToken);
        }
        catch (InconsistentStateException other)
        {
            await objects.AbortUploadAsync(name, upload.ObjectUpload, CancellationToken.None);
            throw new RegistryException(
                RegistryError.Conflict, "The same upload was begun at the same time by another request. Try once more.", innerException: other);
        }

        return Describe(upload);
    }

    public async Task PutPartAsync(
        Caller caller, string agentId, string snapshotId, int number, Stream part, CancellationToken cancellationToken = default)
    {
        if (number is < 1 or > UploadLimits.MaxParts)
        {
            throw RegistryException.Invalid("number", $"must be a whole number from 1 to {UploadLimits.MaxParts:N0}");
        }

        var upload = await FindUploadAsync(caller, agentId, snapshotId, cancellationToken) ?? throw NotFound();
        await using var bounded = new BoundedStream(part, Math.Min(options.Snapshots.MaxBytes, UploadLimits.MaxPartBytes));
        await objects.PutPartAsync(upload.ObjectName, upload.ObjectUpload, number, bounded, cancellationToken);
    }

    public async Task<IReadOnlyList<SnapshotPart>> ListPartsAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        var upload = await FindUploadAsync(caller, agentId, snapshotId, cancellationToken) ?? throw NotFound();
        var parts = await objects.ListPartsAsync(upload.ObjectName, upload.ObjectUpload, cancellationToken);
        return [.. parts.Select(part => new SnapshotPart(part.Number, part.Size))];
    }

    public async Task<SnapshotRecord> CompleteUploadAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        var upload = await FindUploadAsync(caller, agentId, snapshotId, cancellationToken);
        if (await FindOwnAsync(caller, agentId, snapshotId, cancellationToken) is { } saved)
        {
            // Completed before, and the answer was lost; perhaps before the upload was dropped.
            await DropAsync(upload);
            return saved.Snapshot with { Repeated = true };
        }

        if (upload is null)
        {
            throw NotFound();
        }

        await CheckAsync(caller, upload.Save, cancellationToken);
        if (await objects.FindAsync(upload.ObjectName, cancellationToken) is null)
        {
            CheckParts(await objects.ListPartsAsync(upload.ObjectName, upload.ObjectUpload, cancellationToken));
            await objects.CompleteUploadAsync(upload.ObjectName, upload.ObjectUpload, cancellationToken);
        }

        try
        {
            await using var joined = await objects.OpenAsync(upload.ObjectName, cancellationToken);
            using var draft = await StateDraft.ReadAsync(joined, options.Snapshots.MaxBytes, cancellationToken);
            var record = await saver.SaveAsync(caller.Tenant, upload.Owner, upload.Save, snapshotId, draft, cancellationToken);
            await DropAsync(upload);
            return record;
        }
        catch (RegistryException refusal) when (refusal.Error is RegistryError.Invalid or RegistryError.TooLarge)
        {
            // The parts are one now, and it is of no use.
            await DropAsync(upload);
            throw;
        }
    }

    public async Task AbortUploadAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default)
    {
        var upload = await FindUploadAsync(caller, agentId, snapshotId, cancellationToken) ?? throw NotFound();
        await objects.AbortUploadAsync(upload.ObjectName, upload.ObjectUpload, cancellationToken);
        await records.DeleteUploadAsync(upload, cancellationToken);
    }

    private async Task<SnapshotUploadEntry?> FindUploadAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken)
    {
        CheckIds(caller, agentId, null);
        Identifiers.CheckId(snapshotId, "snapshot_id");
        var upload = await records.ReadUploadAsync(caller.Tenant, snapshotId, cancellationToken);
        return upload is not null && Access.MayWrite(caller, upload.Owner) && upload.Save.AgentId == agentId ? upload : null;
    }

    /// <summary>Where this fails, the upkeep does it a day after the upload began.</summary>
    private async Task DropAsync(SnapshotUploadEntry? upload)
    {
        if (upload is null)
        {
            return;
        }

        try
        {
            await objects.AbortUploadAsync(upload.ObjectName, upload.ObjectUpload, CancellationToken.None);
            await records.DeleteUploadAsync(upload, CancellationToken.None);
        }
        catch (RegistryException)
        {
        }
    }

    private void CheckParts(IReadOnlyList<ObjectPart> parts)
    {
        if (parts.Count == 0)
        {
            throw RegistryException.Invalid("parts", "there are none yet");
        }

        var missing = Enumerable.Range(1, parts.Count).FirstOrDefault(number => parts[number - 1].Number != number);
        if (missing > 0)
        {
            throw RegistryException.Invalid("parts", $"part {missing} is missing");
        }

        if (parts.SkipLast(1).FirstOrDefault(part => part.Size < UploadLimits.MinPartBytes) is { } small)
        {
            throw RegistryException.Invalid(
                "parts",
                $"part {small.Number} has {small.Size:N0} bytes; all but the last have {UploadLimits.MinPartBytes:N0} at least: send it again, larger");
        }

        if (parts.Sum(part => part.Size) is var bytes && bytes > options.Snapshots.MaxBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge, $"parts: have {bytes:N0} bytes; a state has up to {options.Snapshots.MaxBytes:N0}", "parts");
        }
    }

    private static SnapshotUpload Describe(SnapshotUploadEntry upload) =>
        new(upload.SnapshotId, upload.Save.AgentId, upload.Save.SessionId, upload.StartedAt + SnapshotUpkeep.UploadsKept);
}
