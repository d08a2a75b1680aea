using System.Text;
using OrleansRegistry.Cli.Data;

namespace OrleansRegistry.Cli;

/// <summary>The tokens of <c>registry login</c>, a file for each registry by its URL, which only their owner reads.</summary>
internal static class SessionFiles
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The file of a registry, which need not be there; null where the environment names no place for it.</summary>
    public static string? PathOf(Terminal terminal, Uri url)
    {
        var config = terminal.Variable("XDG_CONFIG_HOME")
            ?? (OperatingSystem.IsWindows() ? terminal.Variable("APPDATA") : null)
            ?? (terminal.Variable("HOME") is { } home ? Path.Combine(home, ".config") : null);
        return config is null ? null : Path.Combine(config, "orleans-registry", "sessions", Uri.EscapeDataString(url.AbsoluteUri));
    }

    /// <summary>The file of a registry, where there is one.</summary>
    public static string? Find(Terminal terminal, Uri url) => PathOf(terminal, url) is { } path && File.Exists(path) ? path : null;

    /// <summary>The variable of the environment that goes before them; null for none.</summary>
    public static string? Overriding(Terminal terminal) => Array.Find(
        (string[])[GlobalOptions.TokenVariable, GlobalOptions.TokenFileVariable], name => terminal.Variable(name) is not null);

    public static async Task WriteAsync(string path, string token, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(folder);
        }
        else
        {
            System.IO.Directory.CreateDirectory(folder, OwnersAlone);
        }

        // As another file first: one that is there may be open to others.
        var other = $"{path}.{Guid.NewGuid():N}";
        await using (var file = PrivateFiles.Create(other))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(token), cancellation);
        }

        File.Move(other, path, overwrite: true);
    }
}
