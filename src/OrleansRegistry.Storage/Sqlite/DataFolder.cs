namespace OrleansRegistry.Storage.Sqlite;

/// <summary>The folder that holds the database file: for this user only.</summary>
internal static class DataFolder
{
    /// <exception cref="StoreStartException">It holds the log of version 0.1, or a write-ahead log without its database.</exception>
    public static void Prepare(string folder)
    {
        Create(folder);
        if (Directory.EnumerateFiles(folder, "log-*.seg").FirstOrDefault() is { } segment)
        {
            throw new StoreStartException(
                $"The data folder {folder} holds the log of version 0.1 ({Path.GetFileName(segment)}), which this version does not read. "
                + "Start version 0.1 on it and copy what it serves into a new folder, or name another folder.");
        }

        var database = Path.Combine(folder, SqliteDatabase.FileName);
        if (!File.Exists(database) && File.Exists(database + "-wal"))
        {
            throw new StoreStartException(
                $"The data folder {folder} holds {SqliteDatabase.FileName}-wal, but {SqliteDatabase.FileName} is missing. Put the file back, or a "
                    + "backup; to begin empty, remove the folder.");
        }
    }

    /// <summary>Creates the folder where it does not exist.</summary>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            FlushNames(Path.GetDirectoryName(folder)!);
        }
    }

    /// <summary>Creates the file where it does not exist, readable by this user only; SQLite gives its other files the same mode.</summary>
    public static void CreateFile(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
        {
            return;
        }

        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, creation).Dispose();
        FlushNames(folder);
    }

    /// <summary>The database's file with those that SQLite keeps beside it, there or not.</summary>
    public static string[] FilesOf(string folder, string name) =>
        [Path.Combine(folder, name), Path.Combine(folder, name + "-wal"), Path.Combine(folder, name + "-shm")];

    /// <summary>What other users of this machine can read or change: a line for each with the command that ends it; none on Windows.</summary>
    public static IEnumerable<string> OpenToOthers(string folder, string name)
    {
        const UnixFileMode ofGroup = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        const UnixFileMode ofOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows())
        {
            yield break;
        }

        // A folder that is given to a group, as Kubernetes does with a volume, has the bit that says so.
        var folderMode = File.GetUnixFileMode(folder);
        var isOfGroup = folderMode.HasFlag(UnixFileMode.SetGroup);
        if ((folderMode & (isOfGroup ? ofOthers : ofGroup | ofOthers)) != UnixFileMode.None)
        {
            yield return $"the folder has the mode {Octal(folderMode)}: chmod {(isOfGroup ? "o-rwx" : "700")} {folder}";
        }

        foreach (var path in FilesOf(folder, name).Append(Path.Combine(folder, StoreLock.FileName)).Where(File.Exists))
        {
            if (File.GetUnixFileMode(path) is var mode && (mode & (ofGroup | ofOthers)) != UnixFileMode.None)
            {
                yield return $"{Path.GetFileName(path)} has the mode {Octal(mode)}: chmod 600 {path}";
            }
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    /// <summary>Makes the names in a folder durable.</summary>
    public static void FlushNames(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var handle = UnixFile.OpenForReading(folder);
            RandomAccess.FlushToDisk(handle);
        }
    }
}
