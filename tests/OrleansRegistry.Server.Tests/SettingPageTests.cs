using System.Text.RegularExpressions;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server.Tests;

/// <summary>What people read about settings is what the list of settings says.</summary>
public sealed partial class SettingPageTests
{
    private static readonly Setting[] All = [.. ServerSettings.All.SelectMany(group => group.Settings)];

    private static readonly HashSet<string> Names =
        All.SelectMany(setting => (string[])[setting.Name, .. setting.Aliases]).ToHashSet(StringComparer.Ordinal);

    internal static readonly string Root = FindRoot();

    [Fact]
    public void The_page_is_as_the_program_prints_it() => Assert.True(
        File.ReadAllText(Path.Combine(Root, "docs", "settings.md")) == HelpCommand.Page(),
        "docs/settings.md is not what the settings are. Print it again: ./run settings --markdown > docs/settings.md");

    [Fact]
    public void No_name_is_declared_twice() =>
        Assert.Equal(Names.Count, All.Sum(setting => 1 + setting.Aliases.Count));

    [Fact]
    public void Pages_that_a_setting_leads_to_are_there()
    {
        foreach (var more in All.Select(setting => setting.More).OfType<string>())
        {
            string[] parts = more.Split('#');
            var headings = File.ReadLines(Path.Combine(Root, "docs", parts[0])).Where(line => line.StartsWith('#')).Select(Anchor);
            Assert.True(parts.Length == 1 || headings.Contains(parts[1]), more);
        }
    }

    [Fact]
    public void Documents_and_deployments_name_only_settings_that_there_are()
    {
        string[] files =
        [
            Path.Combine(Root, "README.md"),
            Path.Combine(Root, "docker-compose.yml"),
            .. System.IO.Directory.GetFiles(Path.Combine(Root, "docs"), "*.md"),
            .. System.IO.Directory.GetFiles(Path.Combine(Root, "deploy"), "*", SearchOption.AllDirectories),
        ];
        var named = files
            .SelectMany(file => Spelling().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Name: match.Value)))
            .ToArray();
        Assert.Contains(("README.md", "STORAGE_TYPE"), named);

        // What programs of the tests take is no setting of the server.
        var settings = named.Where(one => !one.Name.StartsWith("REGISTRY_TEST_", StringComparison.Ordinal));
        Assert.Empty(settings.Where(one => !Names.Contains(one.Name)).Distinct());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    [InlineData("--STORAGE_TYPE=floppy", "--help")]
    public void Help_has_all_settings(params string[] words)
    {
        var (exitCode, output, errors) = Run(words);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.All(Names, name => Assert.Contains(name, output, StringComparison.Ordinal));
        Assert.DoesNotContain('`', output);
    }

    [Fact]
    public void The_version_is_that_of_the_packages()
    {
        var (exitCode, output, _) = Run("--version");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"^OrleansRegistry\.Server [0-9]+\.[0-9]+\.[0-9]+", output);
    }

    [Theory]
    [InlineData("migrate", "up")]
    [InlineData("settings", "--html")]
    [InlineData("serve")]
    public void A_command_that_there_is_not_is_refused_with_those_that_there_are(params string[] words)
    {
        var (exitCode, output, errors) = Run(words);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains(string.Join(' ', words), errors, StringComparison.Ordinal);
        Assert.Contains("registry db", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--urls=http://127.0.0.1:0")]
    [InlineData("STORAGE_TYPE=memory")]
    public void Anything_else_is_left_to_the_server(params string[] words) => Assert.Null(HelpCommand.Run(words, TextWriter.Null, TextWriter.Null));

    [Fact]
    public async Task A_name_that_is_no_setting_is_logged_with_the_nearest_and_without_its_value()
    {
        var (exitCode, output) = await ServerStart.RunAsync(
            new Dictionary<string, string>
            {
                ["STORAGE_TYPE"] = "memory",
                ["REGISTRY_MAX_CRAD_BYTES"] = "s3cretPW",
                ["REGISTRY_COLOUR"] = "s3cretPW",
            });
        Assert.Equal(0, exitCode);
        Assert.Contains(
            "Warning: REGISTRY_MAX_CRAD_BYTES is set, and is no setting of the registry: is REGISTRY_MAX_CARD_BYTES meant?",
            output,
            StringComparison.Ordinal);
        Assert.Contains("Warning: REGISTRY_COLOUR is set", output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cretPW", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning: STORAGE_TYPE", output, StringComparison.Ordinal);
    }

    private static (int? ExitCode, string Output, string Errors) Run(params string[] words)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (HelpCommand.Run(words, output, errors), output.ToString(), errors.ToString());
    }

    /// <summary>How GitHub names a heading in a link.</summary>
    private static string Anchor(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Replace(' ', '-').Where(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansRegistry.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex(
        @"\b(REGISTRY_|STORAGE_|ORLEANS_|A2A_REGISTRY_|CONTEXT_|TASK_(?!STATE_))[A-Z0-9_]*[A-Z0-9]\b",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Spelling();
}
