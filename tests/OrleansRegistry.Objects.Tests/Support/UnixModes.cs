namespace OrleansRegistry.Objects.Tests.Support;

internal static class UnixModes
{
    /// <summary>The mode of a file or folder as <c>ls</c> shows it: <c>rw-r--r--</c>.</summary>
    public static string Of(string path)
    {
        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
        return string.Concat(Enumerable.Range(0, 9).Select(bit => ((int)mode & (256 >> bit)) != 0 ? "rwx"[bit % 3] : '-'));
    }
}
