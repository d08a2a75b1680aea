namespace OrleansRegistry.Objects.Local;

/// <summary>The folders and files of a store: for this user only, and nothing behind a symbolic link.</summary>
internal sealed class ObjectFolder
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public ObjectFolder(string root)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Own = Path.Combine(Root, ObjectName.Reserved);
        Pending = Path.Combine(Own, "pending");
        Uploads = Path.Combine(Own, "uploads");
    }

    /// <summary>May itself be a link: the operator names it.</summary>
    public string Root { get; }

    /// <summary>Files that are being written.</summary>
    public string Pending { get; }

    /// <summary>A folder an upload.</summary>
    public string Uploads { get; }

    private string Own { get; }

    /// <summary>Where the object is. The name has been checked.</summary>
    /// <exception cref="ObjectStoreException">There is a symbolic link on the way.</exception>
    public string PathOf(string name)
    {
        for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            CheckNoLink(name[..slash]);
        }

        CheckNoLink(name);
        return Path.Combine(Root, name);
    }

    /// <summary>Writes a file whole: beside first, then flushed, then renamed.</summary>
    /// <param name="write">Fills the file.</param>
    /// <param name="target">Where it goes; its folder is created where it is missing.</param>
    public async Task WriteAsync(string target, Func<FileStream, Task> write)
    {
        CheckNoLink(ObjectName.Reserved);
        Create(Pending);
        var beside = Path.Combine(Pending, Guid.NewGuid().ToString("N"));
        try
        {
            await using (var file = OpenNew(beside))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            MoveInto(beside, target);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Creates a folder and those above it, for this user only, so that they stay after a loss of power.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        Create(parent);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, FolderMode);
        }

        FolderFlush.Flush(parent);
    }

    /// <summary>Removes the folders above a deleted file that are empty now.</summary>
    public void RemoveEmptyAbove(string path)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > Root.Length; folder = Path.GetDirectoryName(folder)!)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception used) when (LocalFaults.Is(used))
            {
                return;
            }
        }
    }

    public static bool IsLink(FileSystemInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static FileStream OpenNew(string path)
    {
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = FileMode0600;
        }

        return new FileStream(path, creation);
    }

    private static void MoveInto(string beside, string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Create(folder);
                File.Move(beside, target, overwrite: true);
                FolderFlush.Flush(folder);
                return;
            }
            catch (Exception gone) when (attempt < 20 && File.Exists(beside) && IsMissing(gone))
            {
                // A delete took the empty folder away in between.
            }
        }
    }

    private static bool IsMissing(Exception fault) => fault is DirectoryNotFoundException or FileNotFoundException;

    private void CheckNoLink(string relative)
    {
        var entry = new FileInfo(Path.Combine(Root, relative));
        if ((int)entry.Attributes != -1 && IsLink(entry))
        {
            throw new ObjectStoreException(
                ObjectStoreError.InvalidName,
                $"'{relative}' in the folder {Root} is a symbolic link, which is not followed: put the files themselves there.");
        }
    }
}
