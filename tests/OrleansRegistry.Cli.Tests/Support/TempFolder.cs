namespace OrleansRegistry.Cli.Tests;

/// <summary>A folder of one test, removed afterwards.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("registry-cli-test-").FullName;

    /// <summary>Writes a file, in a folder below too.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        var path = Of(name);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
}
