namespace OrleansRegistry.Server.Tests;

/// <summary>A data folder of its own, removed afterwards.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("registry-server-test-").FullName;

    public Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["STORAGE_TYPE"] = "file", ["STORAGE_DATA_DIR"] = Path };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
}
