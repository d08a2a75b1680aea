using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Backups;

/// <summary>Restores backups, into a registry that runs or into a store that none serves.</summary>
internal sealed partial class BackupRestorer(BackupReader reader, RegistryOptions options, [RegistryTime] TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger log = loggers.CreateLogger<BackupRestorer>();

    /// <summary>Makes a backup the database of a data folder that no process serves.</summary>
    public async Task<BackupRestoration> RestoreFolderAsync(
        BackupManifest manifest, BackupRestore request, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var kept = await SqliteRestore.RunAsync(
            options.DataDirectory,
            request.Replace,
            path => reader.UnpackAsync(manifest, path, progress, cancellationToken),
            time.GetUtcNow());
        LogRestored(log, manifest.Backup.Name);
        return new BackupRestoration(manifest.Backup, kept, null);
    }

    /// <summary>Imports the records of a backup.</summary>
    public async Task<BackupRestoration> ImportAsync(
        BackupManifest manifest,
        BackupRestore request,
        IRecordStore store,
        IRegistryTransfer target,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (!request.Replace && await HasRecordsAsync(store, cancellationToken))
        {
            throw new RegistryException(
                RegistryError.Conflict, "The registry is not empty: restore into another, or say that records with the same ids may be replaced.");
        }

        var report = manifest.Backup.Form == BackupForm.Export
            ? await ImportExportAsync(manifest, request, target, progress, cancellationToken)
            : await ImportDatabaseAsync(manifest, request, target, progress, cancellationToken);
        LogRestored(log, manifest.Backup.Name);
        return new BackupRestoration(manifest.Backup, null, report);
    }

    /// <summary>All of it is read before the first record is stored.</summary>
    private async Task<ImportReport> ImportExportAsync(
        BackupManifest manifest,
        BackupRestore request,
        IRegistryTransfer target,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        var faults = await reader.FaultsOfAsync(manifest, progress: null, cancellationToken);
        return faults.Count == 0
            ? await PumpAsync((output, token) => reader.CopyExportAsync(manifest, output, progress, token), request, target, cancellationToken)
            : throw BackupFaults.Damaged(manifest.Backup.Name, faults);
    }

    /// <summary>A database is opened in a temporary folder, and exported from there.</summary>
    private async Task<ImportReport> ImportDatabaseAsync(
        BackupManifest manifest,
        BackupRestore request,
        IRegistryTransfer target,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var copy = TemporaryCopy.Create(options.Backups);
        await reader.UnpackAsync(manifest, copy.Path, progress, cancellationToken);
        var source = new RegistryOptions
        {
            StorageType = StorageType.Sqlite,
            DataDirectory = copy.Folder,
            CheckDataOnStartup = false,
            MaxCardBytes = options.MaxCardBytes,
        };
        await using var store = RegistryStores.Create(source, loggers);
        await store.OpenAsync(cancellationToken);
        var transfer = RegistryStores.Transfer(store, source, loggers);
        return await PumpAsync(
            (output, token) => transfer.ExportAsync(new ExportRequest(), output, progress: null, token), request, target, cancellationToken);
    }

    private static async Task<ImportReport> PumpAsync(
        Func<Stream, CancellationToken, Task> write, BackupRestore request, IRegistryTransfer target, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe();
        var writing = WriteAsync();
        await using var input = pipe.Reader.AsStream();
        try
        {
            var import = new ImportRequest { Caller = Caller.Default, Replace = request.Replace };
            var report = await target.ImportAsync(input, import, progress: null, cancellationToken);
            await writing;
            return report;
        }
        catch
        {
            await giveUp.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        async Task WriteAsync()
        {
            await Task.Yield();
            try
            {
                await write(pipe.Writer.AsStream(leaveOpen: true), giveUp.Token);
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception fault)
            {
                await pipe.Writer.CompleteAsync(fault);
                throw;
            }
        }
    }

    private static async Task<bool> HasRecordsAsync(IRecordStore store, CancellationToken cancellationToken)
    {
        foreach (var kind in TransferKind.All)
        {
            var snapshot = await store.ScanAsync(kind.Kind, cancellationToken: cancellationToken);
            await using var records = snapshot.Records.GetAsyncEnumerator(cancellationToken);
            if (await records.MoveNextAsync())
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(LogLevel.Information, "Restored the backup {Name}.")]
    private static partial void LogRestored(ILogger logger, string name);
}
