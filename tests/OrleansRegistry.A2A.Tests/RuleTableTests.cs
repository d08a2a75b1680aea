using System.Reflection;
using System.Text.RegularExpressions;

namespace OrleansRegistry.A2A.Tests;

/// <summary>The table of rules in docs/a2a.md names the tests that there are, and all that are of a section.</summary>
public sealed partial class RuleTableTests
{
    [Fact]
    public void The_table_of_rules_names_every_test_of_a_section_and_no_other()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "a2a.md"));
        var named = TestNames().Matches(page).Select(match => match.Groups["name"].Value).ToList();
        var there = typeof(RuleTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.GetCustomAttributes<FactAttribute>(inherit: true).Any())
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(named);
        Assert.Equal([], named.Except(there));
        Assert.Equal([], there.Where(IsOfSection).Except(named));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansRegistry.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    private static bool IsOfSection(string name) => name.Length > 1 && name[0] == 'S' && char.IsAsciiDigit(name[1]);

    /// <summary>The last cell of a row.</summary>
    [GeneratedRegex(@"\| `(?<name>\w+)` \|\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestNames();
}
