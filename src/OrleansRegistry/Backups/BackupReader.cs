namespace OrleansRegistry.Backups;

/// <summary>Reads backups whole: proves them, and restores them.</summary>
internal sealed class BackupReader(BackupCatalog catalog, BackupOptions options)
{
    public async Task<BackupVerification> VerifyAsync(string name, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var set = await catalog.ReadableAsync(name, cancellationToken);
        return set.Manifest is { } manifest
            ? new BackupVerification(set.Record, await FaultsOfAsync(manifest, progress, cancellationToken))
            : new BackupVerification(set.Record, [set.Fault!]);
    }

    /// <summary>The manifest of a backup that is there and can be read.</summary>
    /// <exception cref="RegistryException">It is not.</exception>
    public async Task<BackupManifest> ManifestAsync(string name, CancellationToken cancellationToken)
    {
        var set = await catalog.ReadableAsync(name, cancellationToken);
        return set.Fault is null ? set.Manifest! : throw BackupFaults.Damaged(name, [set.Fault]);
    }

    /// <summary>Writes the database of a backup into a file that is new or empty, checked.</summary>
    /// <exception cref="RegistryException">The backup is damaged, or cannot be read.</exception>
    public async Task UnpackAsync(BackupManifest manifest, string path, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        var faults = await BackupCatalog.GuardAsync(
            () => SqliteBackup.ReadAsync(manifest, PartsOf(manifest), path, progress, cancellationToken));
        if (faults.Count > 0)
        {
            throw BackupFaults.Damaged(manifest.Backup.Name, faults);
        }
    }

    /// <summary>Writes the export of a backup, which was checked before.</summary>
    /// <exception cref="RegistryException">The backup is damaged, or cannot be read.</exception>
    public async Task CopyExportAsync(
        BackupManifest manifest, Stream output, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await BackupCatalog.GuardAsync(async () =>
            {
                await ExportBackup.CopyToAsync(manifest, PartsOf(manifest), output, progress, cancellationToken);
                return true;
            });
        }
        catch (InvalidDataException fault)
        {
            throw BackupFaults.Damaged(manifest.Backup.Name, [fault.Message]);
        }
    }

    public Task<IReadOnlyList<string>> FaultsOfAsync(
        BackupManifest manifest, IProgress<BackupProgress>? progress, CancellationToken cancellationToken) => BackupCatalog.GuardAsync(async () =>
    {
        if (manifest.Backup.Form == BackupForm.Export)
        {
            return await ExportBackup.CheckAsync(manifest, PartsOf(manifest), progress, cancellationToken);
        }

        using var copy = TemporaryCopy.Create(options);
        return await SqliteBackup.ReadAsync(manifest, PartsOf(manifest), copy.Path, progress, cancellationToken);
    });

    private BackupParts PartsOf(BackupManifest manifest) => new(catalog.Objects, BackupCatalog.FolderOf(manifest.Backup.Name));
}
