using System.Text.RegularExpressions;
using OrleansRegistry.Cli.Tests;
using OrleansRegistry.Server.Tests.Telemetry;

namespace OrleansRegistry.Server.Tests.Trust;

/// <summary>The commands of <c>docs/trust.md</c> that lead from a fresh start to two tenants, each run as it stands there.</summary>
public sealed partial class FreshStartTests : IDisposable
{
    private const string Url = "http://127.0.0.1:8080";
    private const string Start = " ./run";
    private const string Key = "ork_firstadmin_…";

    private readonly DataFolder folder = new();
    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal);

    [Fact]
    public async Task Ten_commands_make_two_tenants_with_two_roles()
    {
        var page = Documents.Read("trust.md");
        var block = page[page.IndexOf("## From a fresh start", StringComparison.Ordinal)..].Split("```bash\n")[1].Split("```")[0];
        var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 1, 10);

        var start = lines[0].Split("  #")[0].TrimEnd();
        Assert.EndsWith(Start, start, StringComparison.Ordinal);
        var set = ShellLine.Parse(start[..^Start.Length]).Words.Select(word => word.Split('=', 2)).Select(word => (word[0], word[1]));
        await using var server = await RunningServer.StartAsync(folder.Settings([("STORAGE_TYPE", "memory"), .. set]));
        variables["REGISTRY_URL"] = server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var shown = ShownKey().Match(server.Shown).Value;
        var statuses = new List<string>();
        foreach (var line in lines[1..])
        {
            var (command, comment) = line.Split("  #") is [var words, .. var rest] ? (words.TrimEnd(), rest.LastOrDefault()?.Trim()) : (line, null);
            if (await RunAsync(command.Replace(Key, shown, StringComparison.Ordinal)) is { } status)
            {
                Assert.Equal(comment?[..3], status.Status);
                Assert.Contains(comment?.Split("needs ").ElementAtOrDefault(1) ?? "", status.Answer, StringComparison.Ordinal);
                statuses.Add(status.Status);
            }
        }

        Assert.Equal(["201", "403", "404"], statuses);
    }

    public void Dispose() => folder.Dispose();

    /// <returns>What curl was answered; null of other commands.</returns>
    private async Task<(string Status, string Answer)?> RunAsync(string command)
    {
        if (command.StartsWith("curl ", StringComparison.Ordinal))
        {
            var given = string.Concat(variables.Select(variable => $"{variable.Key}='{variable.Value}'; "));
            var here = command.Replace(Url, variables["REGISTRY_URL"], StringComparison.Ordinal);
            var printed = await ShellProcess.RunAsync($"{given}{here} -sS -w '\\n%{{http_code}}'", folder.Path);
            return (printed[^3..], printed[..^3]);
        }

        if (Assignment().Match(command) is { Success: true } made)
        {
            variables[made.Groups["name"].Value] = (await CallAsync(made.Groups["command"].Value)).Trim();
        }
        else if (command.StartsWith("export ", StringComparison.Ordinal) && command["export ".Length..].Split('=') is [var name, var value])
        {
            variables[name] = value;
        }
        else
        {
            await CallAsync(command);
        }

        return null;
    }

    private async Task<string> CallAsync(string command)
    {
        var words = ShellLine.Parse(command).Words;
        Assert.Equal("./registry", words[0]);
        var cli = new TestCli();
        foreach (var (name, value) in variables)
        {
            cli.Variables[name] = value;
        }

        return await cli.DoAsync(words[1..]);
    }

    [GeneratedRegex("ork_firstadmin_[^\\s]+", RegexOptions.NonBacktracking)]
    private static partial Regex ShownKey();

    [GeneratedRegex("^(?<name>[A-Z]+)=\\$\\((?<command>.*)\\)$", RegexOptions.NonBacktracking)]
    private static partial Regex Assignment();
}
