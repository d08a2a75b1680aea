namespace OrleansRegistry.Objects.Local;

/// <summary>The objects of a folder in the ordinal order of their names. Files that no object can be, and links, are passed over.</summary>
internal sealed class FolderWalk(ObjectFolder folder, string prefix)
{
    /// <param name="start">The name of a folder with the slash behind it; empty: the root.</param>
    public IEnumerable<ObjectInfo> From(string start)
    {
        // A link on the way is refused as for a single object.
        var path = start.Length == 0 ? folder.Root : folder.PathOf(start[..^1]);
        return Directory.Exists(path) ? Under(new DirectoryInfo(path), start) : [];
    }

    private IEnumerable<ObjectInfo> Under(DirectoryInfo directory, string at)
    {
        foreach (var (name, entry) in Entries(directory, at))
        {
            if (entry is DirectoryInfo below)
            {
                foreach (var info in Under(below, name))
                {
                    yield return info;
                }
            }
            else if (entry is FileInfo { Exists: true } file)
            {
                yield return new ObjectInfo(name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
            }
        }
    }

    /// <summary>What is of interest in a folder. A folder is ordered with its slash, as the names of what is in it are.</summary>
    private List<(string Name, FileSystemInfo Entry)> Entries(DirectoryInfo directory, string at)
    {
        var entries = new List<(string Name, FileSystemInfo Entry)>();
        try
        {
            foreach (var entry in directory.EnumerateFileSystemInfos())
            {
                var isFolder = entry.Attributes.HasFlag(FileAttributes.Directory);
                var name = at + entry.Name;
                if (!ObjectFolder.IsLink(entry) && ObjectName.IsValid(name) && IsWanted(name, isFolder))
                {
                    entries.Add((isFolder ? name + "/" : name, entry));
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // A delete has removed it, empty.
        }

        entries.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return entries;
    }

    private bool IsWanted(string name, bool isFolder)
    {
        if (ObjectName.IsHidden(name) && !ObjectName.IsHidden(prefix))
        {
            return false;
        }

        return name.StartsWith(prefix, StringComparison.Ordinal) || (isFolder && prefix.StartsWith(name + "/", StringComparison.Ordinal));
    }
}
