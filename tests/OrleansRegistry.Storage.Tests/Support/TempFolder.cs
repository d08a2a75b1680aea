namespace OrleansRegistry.Storage.Tests;

using Directory = System.IO.Directory;

/// <summary>A folder of one test's own, gone with it.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("registry-storage-").FullName;

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Every file's bytes, by name, but for the lock.</summary>
    public SortedDictionary<string, byte[]> Bytes(string? folder = null) => new(
        Directory.EnumerateFiles(folder ?? Path).Where(file => !file.EndsWith("LOCK", StringComparison.Ordinal))
            .ToDictionary(file => System.IO.Path.GetFileName(file)!, File.ReadAllBytes),
        StringComparer.Ordinal);

    /// <summary>Fills a new folder in this one with <paramref name="files"/>.</summary>
    public string With(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var folder = this[Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(folder);
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(System.IO.Path.Combine(folder, name), bytes);
        }

        return folder;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
