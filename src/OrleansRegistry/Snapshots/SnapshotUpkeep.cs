using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// What happens to snapshots by itself: those that are older than the retention go, uploads that nobody completed too, and files that no record
/// names. Each silo takes its share; the sweep is one silo's.
/// </summary>
internal sealed partial class SnapshotUpkeep(
    SnapshotIndex index,
    SnapshotObjects objects,
    SnapshotSaver saver,
    UpkeepShare share,
    RegistryOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<SnapshotUpkeep> log)
{
    private const int Step = 500;

    /// <summary>Whose the sweep is.</summary>
    private static readonly RecordKey Sweep = new("", "sweep of snapshots");

    /// <summary>How long an upload has to be completed.</summary>
    public static TimeSpan UploadsKept { get; } = TimeSpan.FromDays(1);

    /// <summary>A file that is younger may be one whose record is still to come.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromHours(1);

    /// <summary>Deletes snapshots that were taken longer ago than the retention.</summary>
    public async Task ApplyRetentionAsync(CancellationToken cancellationToken)
    {
        if (options.Snapshots.Retention is not { } retention)
        {
            return;
        }

        var query = new RecordQuery(SnapshotKind.Kind, Tenant: null) { OldestFirst = true }
            .And(SnapshotKind.TakenAt.IsBefore(time.GetUtcNow() - retention));
        RecordPosition? after = null;
        while (true)
        {
            var isMine = share.Now();
            var some = await index.ListAsync(query, after, Step, cancellationToken);
            foreach (var (_, entry) in some.Where(found => isMine(found.Listed.Record.Key)))
            {
                if (entry is not null)
                {
                    await saver.RemoveAsync(entry, cancellationToken);
                }
            }

            if (some.Count < Step)
            {
                return;
            }

            after = some[^1].Listed.Position;
        }
    }

    /// <summary>Drops uploads that were begun longer than a day ago.</summary>
    public async Task DropUploadsAsync(CancellationToken cancellationToken)
    {
        var isMine = share.Now();
        foreach (var upload in await index.UploadsBeforeAsync(time.GetUtcNow() - UploadsKept, Step, cancellationToken))
        {
            if (isMine(new RecordKey(upload.Tenant, upload.SnapshotId)))
            {
                await objects.AbortUploadAsync(upload.ObjectName, upload.ObjectUpload, cancellationToken);
                await index.DeleteUploadAsync(upload, cancellationToken);
            }
        }
    }

    /// <summary>Deletes the registry's files that no record names, where they are older than an hour.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (!share.Now()(Sweep) || !await index.HasMarkAsync(cancellationToken))
        {
            return 0;
        }

        var removed = 0;
        var old = new Dictionary<string, string>(StringComparer.Ordinal);
        var before = time.GetUtcNow() - Grace;
        await foreach (var file in objects.ListAsync(await objects.FolderAsync(cancellationToken), cancellationToken))
        {
            if (file.ChangedAt < before && SnapshotObjects.IdOf(file.Name) is { } id)
            {
                old[id] = file.Name;
            }

            if (old.Count == Step)
            {
                removed += await RemoveUnnamedAsync(old, cancellationToken);
            }
        }

        removed += await RemoveUnnamedAsync(old, cancellationToken);
        before = time.GetUtcNow() - UploadsKept - Grace;
        await foreach (var upload in objects.ListAsync(await objects.UploadFolderAsync(cancellationToken), cancellationToken))
        {
            if (upload.ChangedAt < before)
            {
                await objects.DeleteAsync(upload.Name, cancellationToken);
                removed++;
            }
        }

        await objects.SweepAsync(before, cancellationToken);
        if (removed > 0)
        {
            LogSwept(removed);
        }

        return removed;
    }

    private async Task<int> RemoveUnnamedAsync(Dictionary<string, string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
        {
            return 0;
        }

        var named = await index.NamedAsync([.. files.Keys], cancellationToken);
        var unnamed = files.Where(file => !named.Contains(file.Key)).Select(file => file.Value).ToArray();
        foreach (var name in unnamed)
        {
            await objects.DeleteAsync(name, cancellationToken);
        }

        files.Clear();
        return unnamed.Length;
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} files of snapshots that were never completed, or are deleted.")]
    private partial void LogSwept(int count);
}
