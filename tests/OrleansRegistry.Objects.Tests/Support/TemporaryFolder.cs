namespace OrleansRegistry.Objects.Tests.Support;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("objects-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        var path = File(name);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Lets what is in it look older.</summary>
    public void Age(TimeSpan by, Func<string, bool>? which = null)
    {
        var then = DateTime.UtcNow - by;
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (which?.Invoke(entry.FullName) == false)
            {
                continue;
            }

            entry.LastWriteTimeUtc = then;
        }
    }

    public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
}
