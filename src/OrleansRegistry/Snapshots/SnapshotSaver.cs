using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// Saves what was read as a snapshot, and removes snapshots. The file is first, read back, and its record last: whoever finds the record finds the
/// file. A removal begins with the record. A file that no record names, as something ended in between, is the sweep's (<see cref="SnapshotUpkeep"/>).
/// </summary>
internal sealed partial class SnapshotSaver(
    SnapshotIndex index, SnapshotObjects objects, RegistryOptions options, [RegistryTime] TimeProvider time, ILogger<SnapshotSaver> log)
{
    private const int Tries = 8;
    private const int Step = 1_000;

    /// <summary>Saves of one session take turns, so that each finds the next index free.</summary>
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <param name="snapshotId">The id that the snapshot gets.</param>
    public async Task<SnapshotRecord> SaveAsync(
        string tenant,
        string owner,
        SnapshotSave save,
        string snapshotId,
        StateDraft state,
        CancellationToken cancellationToken)
    {
        var metadata = new SnapshotMetadata
        {
            AgentId = save.AgentId,
            SessionId = save.SessionId,
            Index = save.Index ?? 0,
            Timestamp = SnapshotMetadata.TextOf(time.GetUtcMilliseconds()),
            ContentHash = state.ContentHash,
            SnapshotId = snapshotId,
            Description = save.Description,
            UncompressedSize = state.ReadLength,
        };
        if (save.Index is not null)
        {
            return await SaveAtAsync(tenant, owner, metadata, state, save.Replace, cancellationToken) ?? throw Taken(metadata);
        }

        var series = SnapshotKind.SeriesOf(save.AgentId, save.SessionId);
        var turn = turns[(uint)HashCode.Combine(tenant, owner, series) % turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            var next = await NextIndexAsync(tenant, owner, series, cancellationToken);
            for (var attempt = 0; attempt < Tries; attempt++, next++)
            {
                if (await SaveAtAsync(tenant, owner, metadata with { Index = next }, state, replace: false, cancellationToken) is { } saved)
                {
                    return saved;
                }
            }

            throw Taken(metadata with { Index = next });
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Saves a snapshot with metadata of its own.</summary>
    /// <returns>Null where there is another one with this index.</returns>
    public async Task<SnapshotRecord?> SaveAtAsync(
        string tenant, string owner, SnapshotMetadata metadata, StateDraft state, bool replace, CancellationToken cancellationToken)
    {
        var before = await index.ReadAsync(tenant, owner, metadata.AgentId, metadata.SessionId, metadata.Index, cancellationToken);
        if (before is not null && !replace)
        {
            return null;
        }

        var entry = await PutAsync(tenant, owner, metadata, state, cancellationToken);
        if (!await TryWriteAsync(entry, before?.Version ?? 0, cancellationToken))
        {
            await objects.TryDeleteAsync(entry.ObjectName);
            return null;
        }

        if (before is not null)
        {
            await objects.TryDeleteAsync(before.ObjectName);
        }

        await TryPruneAsync(entry, cancellationToken);
        return entry.Snapshot;
    }

    /// <summary>Removes a snapshot: the record, and then the file.</summary>
    /// <returns>False where it is gone, or has been replaced.</returns>
    public async Task<bool> RemoveAsync(SnapshotEntry entry, CancellationToken cancellationToken)
    {
        if (!await index.TryDeleteAsync(entry, cancellationToken))
        {
            return false;
        }

        await objects.TryDeleteAsync(entry.ObjectName);
        return true;
    }

    public static RegistryException Taken(SnapshotMetadata metadata) => new(
        RegistryError.Conflict,
        $"index: session '{LogText.Id(metadata.SessionId)}' of agent '{LogText.Id(metadata.AgentId)}' has a snapshot with the index {metadata.Index}; "
            + "leave the index out for the next one, or ask to replace it",
        "index");

    private async Task<SnapshotEntry> PutAsync(
        string tenant, string owner, SnapshotMetadata metadata, StateDraft state, CancellationToken cancellationToken)
    {
        var json = metadata.Write();
        var takenAt = metadata.Time;
        var (name, id) = await objects.NewNameAsync(tenant, metadata, takenAt, cancellationToken);
        await using var file = new SnapshotFileStream(json, state, options.Snapshots.CompressionLevel);
        var (bytes, hash) = await objects.PutAsync(name, file, cancellationToken);
        return new SnapshotEntry
        {
            Snapshot = SnapshotKind.RecordOf(tenant, owner, metadata, takenAt, time.GetUtcMilliseconds(), bytes),
            Metadata = RawJson.FromValid(json),
            ObjectName = name,
            ObjectId = id,
            FileHash = hash,
            StateBytes = state.Length,
            StateHash = state.StateHash,
        };
    }

    private async Task<bool> TryWriteAsync(SnapshotEntry entry, long expectedVersion, CancellationToken cancellationToken)
    {
        try
        {
            return await index.TryWriteAsync(entry, expectedVersion, cancellationToken);
        }
        catch (RegistryException)
        {
            // Nothing was stored.
            await objects.TryDeleteAsync(entry.ObjectName);
            throw;
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            throw new RegistryException(
                RegistryError.Unavailable,
                "The store lost the connection while it saved the snapshot, which may be there or not. List the session to know.",
                innerException: unknown)
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    private async Task<long> NextIndexAsync(string tenant, string owner, string series, CancellationToken cancellationToken)
    {
        var newest = await index.FirstAsync(SeriesOf(tenant, owner, series), cancellationToken);
        return newest is null ? 0 : newest.Snapshot.Index + 1;
    }

    /// <summary>Removes what the session has too many of. The snapshot is saved, whatever becomes of this.</summary>
    private async Task TryPruneAsync(SnapshotEntry saved, CancellationToken cancellationToken)
    {
        if (options.Snapshots.Keep == 0)
        {
            return;
        }

        try
        {
            var snapshot = saved.Snapshot;
            var series = SeriesOf(snapshot.Tenant, snapshot.Owner, SnapshotKind.SeriesOf(snapshot.AgentId, snapshot.SessionId));
            RecordPosition? kept = null;
            for (var left = options.Snapshots.Keep; left > 0; left -= Step)
            {
                var some = await index.ListKeysAsync(series, kept, Math.Min(left, Step), cancellationToken);
                if (some.Count < Math.Min(left, Step))
                {
                    return;
                }

                kept = some[^1];
            }

            foreach (var (_, entry) in await index.ListAsync(series, kept, Step, cancellationToken))
            {
                if (entry is not null)
                {
                    await RemoveAsync(entry, cancellationToken);
                }
            }
        }
        catch (RegistryException fault)
        {
            LogNotPruned(fault, LogText.Id(saved.Snapshot.SessionId), LogText.Id(saved.Snapshot.AgentId), LogText.Id(saved.Snapshot.Tenant));
        }
    }

    private static RecordQuery SeriesOf(string tenant, string owner, string series) =>
        new RecordQuery(SnapshotKind.Kind, tenant).And(SnapshotKind.Series.Is(series), SnapshotKind.Owner.Is(owner));

    [LoggerMessage(LogLevel.Warning, "Older snapshots of session '{Session}' of agent '{Agent}' of tenant '{Tenant}' could not be removed; the next "
        + "save tries again.")]
    private partial void LogNotPruned(Exception fault, string session, string agent, string tenant);
}
