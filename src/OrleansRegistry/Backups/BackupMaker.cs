using Microsoft.Extensions.Logging;
using OrleansRegistry.Objects;
using OrleansRegistry.Telemetry;

namespace OrleansRegistry.Backups;

/// <summary>Makes backups, one at a time.</summary>
internal sealed partial class BackupMaker(
    IRecordStore store,
    IRegistryTransfer transfer,
    BackupCatalog catalog,
    BackupPruning pruning,
    BackupHealth health,
    BackupStatus status,
    RegistryOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<BackupMaker> log) : IDisposable
{
    private static readonly TimeSpan CleaningTime = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1);

    /// <summary>One is being made.</summary>
    public bool IsBusy => gate.CurrentCount == 0;

    /// <exception cref="RegistryException">It could not be made; those before stay.</exception>
    public async Task<BackupRecord> MakeAsync(IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        if (!await gate.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new RegistryException(RegistryError.Busy, "A backup is being made already: wait for that one.")
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            };
        }

        try
        {
            var backup = await MakeGuardedAsync(progress, cancellationToken);
            await PruneAsync(cancellationToken);
            return backup;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<BackupRecord> MakeGuardedAsync(IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var begunAt = time.GetUtcMilliseconds();
        var name = BackupName.New(begunAt);
        var began = time.GetTimestamp();
        try
        {
            var backup = await BackupCatalog.GuardAsync(() => MakeAsync(name, begunAt, progress, cancellationToken));
            status.Succeeded(backup.BegunAt, backup.Size);
            health.Succeeded(backup.BegunAt);
            LogMade(name, backup.Size, (long)time.GetElapsedTime(began).TotalMilliseconds);
            if (backup.Unreadable > 0)
            {
                LogLeftOut(name, backup.Unreadable);
            }

            return backup;
        }
        catch (Exception fault)
        {
            await CleanAsync(name);
            if (fault is not OperationCanceledException)
            {
                status.Failed();
                health.Failed(begunAt);
            }

            throw;
        }
    }

    private async Task<BackupRecord> MakeAsync(
        string name, DateTimeOffset begunAt, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var begun = new BackupRecord(name, begunAt)
        {
            Store = options.StorageType.ToString().ToLowerInvariant(),
            RegistryVersion = BackupManifest.RegistryVersion,
        };
        var parts = new BackupParts(catalog.Objects, BackupCatalog.FolderOf(name));
        var manifest = store is IOnlineBackup copying
            ? await SqliteBackup.WriteAsync(copying, begun, parts, options.Backups, progress, cancellationToken)
            : await ExportBackup.WriteAsync(transfer, begun, parts, options.Backups, progress, cancellationToken);
        manifest = manifest with { Backup = manifest.Backup with { CompletedAt = time.GetUtcMilliseconds() } };
        await catalog.PutManifestAsync(manifest, cancellationToken);

        // Some stores have said before that they stored what then was not there.
        var stored = await catalog.FindAsync(name, cancellationToken);
        return stored is { IsGood: true }
            ? stored.Record
            : throw new ObjectStoreException(
                ObjectStoreError.Unavailable,
                $"The backup {name} was written to the {catalog.Objects.Description}, which said that it is stored, and then: "
                    + $"{stored?.Fault ?? "it is not there"}.");
    }

    /// <summary>What is left behind here, a later sweep removes.</summary>
    private async Task CleanAsync(string name)
    {
        using var patience = new CancellationTokenSource(CleaningTime, time);
        try
        {
            if (await catalog.FindAsync(name, patience.Token) is { } rest)
            {
                await catalog.RemoveAsync(rest, patience.Token);
            }
        }
        catch (Exception fault) when (fault is RegistryException or OperationCanceledException)
        {
            LogNotCleaned(fault, name);
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await pruning.RunAsync(cancellationToken);
        }
        catch (RegistryException fault)
        {
            LogNotPruned(fault);
        }
    }

    [LoggerMessage(LogLevel.Information, "Made the backup {Name}: {Bytes} bytes, in {Milliseconds} ms.")]
    private partial void LogMade(string name, long bytes, long milliseconds);

    [LoggerMessage(LogLevel.Warning, "The backup {Name} lacks {Count} records that cannot be read; /health/ready names them once they are met.")]
    private partial void LogLeftOut(string name, long count);

    [LoggerMessage(LogLevel.Warning, "What the backup {Name} left behind, which failed, could not be removed; a later sweep does that.")]
    private partial void LogNotCleaned(Exception fault, string name);

    [LoggerMessage(LogLevel.Warning, "Old backups could not be removed; that is tried again with the next one.")]
    private partial void LogNotPruned(Exception fault);
}
