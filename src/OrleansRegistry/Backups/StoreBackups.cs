using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Backups;

/// <summary>Makes backups of stores that no registry in this process serves, reads them, and restores them into such stores.</summary>
public static class StoreBackups
{
    /// <summary>
    /// Restores a backup into the store that the options name: a copy of an SQLite database becomes the database of a data folder; else its records
    /// are imported.
    /// </summary>
    /// <param name="options">Their <see cref="RegistryOptions.DataDirectory"/> or database is made where there is none.</param>
    /// <param name="objects">The place of the backup (<see cref="Open"/>).</param>
    /// <exception cref="RegistryException">As <see cref="IRegistryBackups.RestoreAsync"/>.</exception>
    /// <exception cref="StoreStartException">The store cannot be used, or another process serves it.</exception>
    public static async Task<BackupRestoration> RestoreAsync(
        RegistryOptions options,
        IObjectStore objects,
        string name,
        BackupRestore request,
        IProgress<BackupProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        loggers ??= NullLoggerFactory.Instance;
        var reader = ReaderOf(options, objects);
        var restorer = new BackupRestorer(reader, options, TimeProvider.System, loggers);
        var manifest = await reader.ManifestAsync(name, cancellationToken);
        if (manifest.Backup.Form == BackupForm.Sqlite && options.StorageType == StorageType.Sqlite)
        {
            return await restorer.RestoreFolderAsync(manifest, request, progress, cancellationToken);
        }

        await using var store = RegistryStores.Create(options, loggers);
        await store.OpenAsync(cancellationToken);
        var transfer = RegistryStores.Transfer(store, options, loggers);
        return await restorer.ImportAsync(manifest, request, store, transfer, progress, cancellationToken);
    }

    /// <summary>As <see cref="IRegistryBackups.MakeAsync"/>, of an open store, and what the retention does not keep goes.</summary>
    public static async Task<BackupRecord> MakeAsync(
        RegistryOptions options,
        IRecordStore store,
        IObjectStore objects,
        IProgress<BackupProgress>? progress = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        loggers ??= NullLoggerFactory.Instance;
        var catalog = CatalogOf(objects);
        using var maker = new BackupMaker(
            store,
            RegistryStores.Transfer(store, options, loggers),
            catalog,
            new BackupPruning(catalog, options, TimeProvider.System, loggers.CreateLogger<BackupPruning>()),
            new BackupHealth(),
            new Telemetry.BackupStatus(),
            options,
            TimeProvider.System,
            loggers.CreateLogger<BackupMaker>());
        return await maker.MakeAsync(progress, cancellationToken);
    }

    /// <summary>As <see cref="IRegistryBackups.VerifyAsync"/>.</summary>
    public static Task<BackupVerification> VerifyAsync(
        RegistryOptions options,
        IObjectStore objects,
        string name,
        IProgress<BackupProgress>? progress = null,
        CancellationToken cancellationToken = default) => ReaderOf(options, objects).VerifyAsync(name, progress, cancellationToken);

    /// <summary>As <see cref="IRegistryBackups.ListAsync"/>.</summary>
    public static async Task<IReadOnlyList<BackupRecord>> ListAsync(IObjectStore objects, CancellationToken cancellationToken = default) =>
        [.. (await CatalogOf(objects).ListAsync(cancellationToken)).Where(backup => backup.IsCompleted).Select(backup => backup.Record)];

    /// <summary>The place of backups that the options name; its caller disposes it.</summary>
    /// <exception cref="ObjectStoreException">It cannot be used as it is set.</exception>
    public static IObjectStore Open(RegistryOptions options, ObjectStores stores) =>
        stores.Open(options.Backups.Place ?? ObjectPlace.OfFolder(options.DataDirectory));

    private static BackupReader ReaderOf(RegistryOptions options, IObjectStore objects) => new(CatalogOf(objects), options.Backups);

    private static BackupCatalog CatalogOf(IObjectStore objects) => new(new Lazy<IObjectStore>(objects));
}
