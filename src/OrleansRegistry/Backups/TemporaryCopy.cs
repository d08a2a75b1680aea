namespace OrleansRegistry.Backups;

/// <summary>A folder for the copy of a database, for this user only, gone with this object.</summary>
internal sealed class TemporaryCopy : IDisposable
{
    private const string Prefix = "registry-backup-";

    private TemporaryCopy(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Where the copy is to be: not there yet.</summary>
    public string Path => System.IO.Path.Combine(Folder, Storage.Sqlite.SqliteDatabase.FileName);

    /// <exception cref="RegistryException">There can be no such folder.</exception>
    public static TemporaryCopy Create(BackupOptions options)
    {
        try
        {
            if (options.TempFolder is null)
            {
                return new TemporaryCopy(System.IO.Directory.CreateTempSubdirectory(Prefix).FullName);
            }

            var folder = System.IO.Path.Combine(System.IO.Path.GetFullPath(options.TempFolder), $"{Prefix}{Guid.NewGuid():N}");
            if (OperatingSystem.IsWindows())
            {
                System.IO.Directory.CreateDirectory(folder);
            }
            else
            {
                System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            return new TemporaryCopy(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw BackupFaults.NoTemporaryFile(fault);
        }
    }

    public void Dispose() => System.IO.Directory.Delete(Folder, recursive: true);
}
