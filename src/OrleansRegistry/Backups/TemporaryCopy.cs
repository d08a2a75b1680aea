namespace OrleansRegistry.Backups;

/// <summary>A folder for the copy of a database, for this user only, gone with this object.</summary>
internal sealed class TemporaryCopy : IDisposable
{
    private const string Prefix = "registry-backup-";

    /// <summary>No copy is in use for so long.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(2);

    private TemporaryCopy(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Where the copy is to be: not there yet.</summary>
    public string Path => System.IO.Path.Combine(Folder, Storage.Sqlite.SqliteDatabase.FileName);

    /// <exception cref="RegistryException">There can be no such folder.</exception>
    public static TemporaryCopy Create(BackupOptions options)
    {
        try
        {
            Sweep(options.TempFolder ?? System.IO.Path.GetTempPath());
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

    /// <summary>Removes what a process that was killed left behind.</summary>
    private static void Sweep(string parent)
    {
        if (!System.IO.Directory.Exists(parent))
        {
            return;
        }

        foreach (var left in System.IO.Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            try
            {
                if (System.IO.Directory.GetLastWriteTimeUtc(left) < DateTime.UtcNow - Longest)
                {
                    System.IO.Directory.Delete(left, recursive: true);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another process removes it too.
            }
        }
    }

    public void Dispose() => System.IO.Directory.Delete(Folder, recursive: true);
}
