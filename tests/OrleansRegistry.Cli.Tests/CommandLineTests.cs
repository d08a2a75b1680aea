namespace OrleansRegistry.Cli.Tests;

public sealed class CommandLineTests
{
    private readonly TestCli cli = new();

    [Theory]
    [InlineData("Did you mean agents? See: registry --help", "agnets")]
    [InlineData("Did you mean --enabled? See: registry agents list --help", "agents", "list", "--enabld")]
    [InlineData("See: registry agents get --help", "agents", "get")]
    [InlineData("See: registry agents --help", "agents")]
    [InlineData("--limit must be a whole number from 0.", "tasks", "list", "--limit", "-1")]
    [InlineData("--limit must be a whole number from 0.", "tasks", "list", "--limit", "few")]
    [InlineData("'bash'", "completion", "tcsh")]
    [InlineData("give one of them", "status", "--url", "http://127.0.0.1:1", "--store", "x")]
    [InlineData("--url must be a URL", "status", "--url", "ftp://example.com")]
    [InlineData("--url must be a URL", "status", "--url", "http://me:secret@example.com")]
    [InlineData("--new and --if-revision", "agents", "register", "x", "--new", "--if-revision", "1")]
    [InlineData("--enabled and --disabled", "agents", "list", "--enabled", "--disabled")]
    [InlineData("goes with one id", "agents", "remove", "a", "b", "--if-revision", "1")]
    [InlineData("--store is empty", "status", "--store", "")]
    [InlineData("no --url", "db", "status", "--url", "http://127.0.0.1:1")]
    [InlineData("neither --url nor --store", "migrate", "a", "b", "--store", "c")]
    [InlineData("--finish and --compare", "migrate", "a", "b", "--finish", "--compare")]
    [InlineData("say --yes", "db", "down", "0", "--store", "FOLDER")]
    public async Task A_wrong_command_line_is_refused_in_one_line(string message, params string[] words)
    {
        var ran = await cli.RunAsync(words);
        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.StartsWith("registry: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_told_in_one_line()
    {
        cli.Variables["REGISTRY_URL"] = "http://127.0.0.1:1";
        var ran = await cli.RunAsync("agents", "list");
        Assert.Equal((5, ""), (ran.Code, ran.Output));
        Assert.Matches("^registry: http://127.0.0.1:1/ does not answer: .*--store.*\n$", ran.Error);
    }

    [Fact]
    public async Task Every_command_has_help_with_examples_of_it()
    {
        foreach (var words in AllCommands())
        {
            var help = await cli.DoAsync([.. words, "--help"]);
            var examples = help[help.IndexOf("Examples:\n", StringComparison.Ordinal)..];
            Assert.Contains($"registry {string.Join(' ', words)}", examples, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Help_has_the_exit_codes_and_so_has_the_page()
    {
        var help = await cli.DoAsync("--help");
        var page = Documents.Read("cli.md");
        foreach (var (code, meaning) in ExitCodes.All)
        {
            Assert.Contains($"{(int)code,-4} {meaning}", help, StringComparison.Ordinal);
            Assert.Contains($"| {(int)code} | {meaning} |", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_command_is_in_the_page() => Assert.All(
        AllCommands(), words => Assert.Contains($"registry {string.Join(' ', words)}", Documents.Read("cli.md"), StringComparison.Ordinal));

    private static IEnumerable<string[]> AllCommands()
    {
        foreach (var command in Commands.Root(new GlobalOptions()).Subcommands)
        {
            if (command.Subcommands.Count == 0)
            {
                yield return [command.Name];
            }

            foreach (var behind in command.Subcommands)
            {
                yield return [command.Name, behind.Name];
            }
        }
    }
}
