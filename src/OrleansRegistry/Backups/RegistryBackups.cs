namespace OrleansRegistry.Backups;

/// <inheritdoc/>
internal sealed class RegistryBackups(
    IRecordStore store,
    IRegistryTransfer transfer,
    BackupCatalog catalog,
    BackupMaker maker,
    BackupPruning pruning,
    BackupReader reader,
    BackupRestorer restorer) : IRegistryBackups
{
    public Task<BackupRecord> MakeAsync(IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default) =>
        maker.MakeAsync(progress, cancellationToken);

    public async Task<IReadOnlyList<BackupRecord>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. (await catalog.ListAsync(cancellationToken)).Where(backup => backup.IsCompleted).Select(backup => backup.Record)];

    public async Task<BackupRecord> GetAsync(string name, CancellationToken cancellationToken = default) =>
        await catalog.FindAsync(name, cancellationToken) is { IsCompleted: true } found ? found.Record : throw BackupFaults.NotFound(name);

    public Task<BackupVerification> VerifyAsync(
        string name, IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default) =>
        reader.VerifyAsync(name, progress, cancellationToken);

    public async Task<BackupRestoration> RestoreAsync(
        string name, BackupRestore request, IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var manifest = await reader.ManifestAsync(name, cancellationToken);
        return await restorer.ImportAsync(manifest, request, store, transfer, progress, cancellationToken);
    }

    public Task<IReadOnlyList<string>> PruneAsync(CancellationToken cancellationToken = default) => pruning.RunAsync(cancellationToken);
}
