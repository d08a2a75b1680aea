namespace OrleansRegistry;

/// <summary>
/// Makes backups of all that a registry holds, and reads them. They lie in the place that <c>BACKUP_STORE</c> names. All members throw a
/// <see cref="RegistryException"/> where that place cannot be used: <see cref="RegistryError.Unavailable"/>, or
/// <see cref="RegistryError.StorageFull"/>.
/// </summary>
public interface IRegistryBackups
{
    /// <summary>Makes one while the registry serves, and then removes those that the retention no longer keeps.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Busy"/>: this process makes one already.</exception>
    Task<BackupRecord> MakeAsync(IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>All of them, newest first, with those that are damaged. Their content is not read.</summary>
    Task<IReadOnlyList<BackupRecord>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One of them. Its content is not read.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is none of that name.</exception>
    Task<BackupRecord> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads all of a backup, and says what is wrong with it.</summary>
    /// <exception cref="RegistryException">
    /// It cannot be read here: <see cref="RegistryError.NotFound"/>; <see cref="RegistryError.NotSupported"/>: a newer version made it;
    /// <see cref="RegistryError.Unavailable"/>: the key is another one.
    /// </exception>
    Task<BackupVerification> VerifyAsync(string name, IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Puts the records of a backup into this registry, once all of the backup was read and found to be right.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Conflict"/>: the registry is not empty, and the request does not say that it may be so. Else as
    /// <see cref="VerifyAsync"/>, and <see cref="RegistryError.Unreadable"/>: the backup is damaged. Nothing was changed.
    /// </exception>
    Task<BackupRestoration> RestoreAsync(
        string name, BackupRestore request, IProgress<BackupProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes the backups that the retention does not keep, never the newest good one, and what was left of those that were never completed.
    /// </summary>
    /// <returns>The names of the backups that were removed.</returns>
    Task<IReadOnlyList<string>> PruneAsync(CancellationToken cancellationToken = default);
}

/// <summary>How a backup is written.</summary>
public enum BackupForm
{
    /// <summary>An SQLite database.</summary>
    Sqlite,

    /// <summary>An export, as <see cref="IRegistryTransfer.ExportAsync"/> writes it.</summary>
    Export,
}

/// <summary>A backup, as its manifest tells of it.</summary>
/// <param name="Name">The time when it was begun, and an id: <c>20261128T020000Z-1f2e3d4c</c>.</param>
/// <param name="BegunAt">When it was begun: what was acknowledged before is in it.</param>
public sealed record BackupRecord(string Name, DateTimeOffset BegunAt)
{
    /// <summary>When its last part was stored.</summary>
    public DateTimeOffset CompletedAt { get; init; }

    /// <summary>How it is written.</summary>
    public BackupForm Form { get; init; }

    /// <summary>Which store it is of: <c>sqlite</c>, <c>memory</c>, <c>postgres</c>, <c>adonet</c>.</summary>
    public string Store { get; init; } = "";

    /// <summary>The version of the registry that made it.</summary>
    public string RegistryVersion { get; init; } = "";

    /// <summary>The revision of the agents in it.</summary>
    public long Revision { get; init; }

    /// <summary>How many records of each kind.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>How many records an export left out, as they cannot be read; a copy of a database has them as they are.</summary>
    public long Unreadable { get; init; }

    /// <summary>What it takes where it lies, in bytes, without encryption.</summary>
    public long Size { get; init; }

    /// <summary>What its parts hold unpacked, in bytes.</summary>
    public long UnpackedSize { get; init; }

    /// <summary>Its parts, in their order.</summary>
    public IReadOnlyList<BackupPart> Parts { get; init; } = [];

    /// <summary>Why it is of no use, as far as that shows without reading its content; null where it seems good.</summary>
    public string? Fault { get; init; }

    /// <summary>A newer version of the registry made it, and this one cannot read it; it may be good.</summary>
    public bool IsNewer { get; init; }
}

/// <summary>A part of a backup: a gzip file. Those of a backup, joined in their order, are one gzip file too.</summary>
/// <param name="Name">The name within the backup.</param>
/// <param name="Size">In bytes, without encryption.</param>
/// <param name="Sha256">Of these bytes, in lower-case hexadecimal digits.</param>
/// <param name="UnpackedSize">In bytes.</param>
public sealed record BackupPart(string Name, long Size, string Sha256, long UnpackedSize);

/// <summary>How far something is.</summary>
/// <param name="Done">Bytes that were read or written, unpacked.</param>
/// <param name="Total">How many there are; null where that is not known.</param>
public sealed record BackupProgress(long Done, long? Total);

/// <summary>What reading a whole backup has found.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Faults">What is wrong with it, a line each; empty where it is good.</param>
public sealed record BackupVerification(BackupRecord Backup, IReadOnlyList<string> Faults)
{
    /// <summary>All of it is as it was written.</summary>
    public bool IsGood => Faults.Count == 0;
}

/// <summary>How to restore.</summary>
public sealed record BackupRestore
{
    /// <summary>
    /// Go on where the target is not empty. Into a data folder, the backup takes the place of the database, which is kept under another name; else
    /// records of the backup take the place of those with the same ids, and others stay.
    /// </summary>
    public bool Replace { get; init; }
}

/// <summary>What a restore did.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Kept">Under which name in the data folder the database is that was there before; null where there was none.</param>
/// <param name="Import">What the import did; null where the backup became the database.</param>
public sealed record BackupRestoration(BackupRecord Backup, string? Kept, ImportReport? Import);
