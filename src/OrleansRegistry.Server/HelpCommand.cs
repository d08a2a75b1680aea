using System.Reflection;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>What the program tells about itself instead of serving: <c>--help</c>, <c>--version</c> and <c>settings --markdown</c>.</summary>
internal static class HelpCommand
{
    private const string Usage = """
        Usage:
          OrleansRegistry.Server [--NAME=VALUE …]       serves
          OrleansRegistry.Server settings [--markdown]  prints all settings, as text or as the page docs/settings.md
          OrleansRegistry.Server --help | --version
        All else is done by the command line, registry: agents, tasks, data, and the schema (registry db).
        """;

    private const string Reading =
        "A setting is set in the environment, on the command line (`--NAME=VALUE`), "
        + "or in any other configuration source of ASP.NET, where a `__` in a name is a `:`. An empty value counts as unset. "
        + "An invalid value stops the start with its name and what it can be. Times are in seconds, sizes in bytes.";

    private static readonly string Version =
        typeof(HelpCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Prints what the words ask for.</summary>
    /// <returns>The exit code; null where they ask for nothing of this.</returns>
    public static int? Run(string[] words, TextWriter output, TextWriter errors)
    {
        if (words.Any(word => word is "--help" or "-h" or "-?") || words is ["help"])
        {
            output.WriteLine($"OrleansRegistry.Server {Version}: a registry for AI agents that speak A2A, and for their tasks and contexts.");
            output.WriteLine($"\n{Usage}\n");
            WriteSettings(output);
            return 0;
        }

        switch (words)
        {
            case ["--version"]:
                output.WriteLine($"OrleansRegistry.Server {Version}");
                return 0;
            case ["settings"]:
                WriteSettings(output);
                return 0;
            case ["settings", "--markdown"]:
                output.Write(Page());
                return 0;
            case [var word, ..] when IsCommand(word):
                errors.WriteLine($"There is no command '{string.Join(' ', words)}'.\n{Usage}");
                return 2;
            default:
                return null;
        }
    }

    /// <summary>The page <c>docs/settings.md</c>.</summary>
    public static string Page() => $"""
        # Settings

        <!-- Printed by `./run settings --markdown > docs/settings.md`: change the settings where they are declared, not here. -->

        {Reading} `./run --help` prints the same list.
        {SettingPages.Markdown(ServerSettings.All)}
        """;

    private static void WriteSettings(TextWriter output)
    {
        output.WriteLine(Setting.Plain(Reading));
        output.Write(SettingPages.Text(ServerSettings.All));
    }

    /// <summary>Anything else is configuration, such as <c>--urls http://…</c> or <c>STORAGE_TYPE=memory</c>.</summary>
    private static bool IsCommand(string word) => !word.StartsWith('-') && !word.StartsWith('/') && !word.Contains('=');
}
