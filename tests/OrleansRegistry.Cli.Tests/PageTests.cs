using System.Text;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Every line of <c>docs/cli.md</c> does what it says, each block of them in a registry that holds little.</summary>
public sealed class PageTests(RunningRegistry registry) : IDisposable
{
    private readonly TempFolder folder = new();

    public static TheoryData<string> Blocks()
    {
        var blocks = new TheoryData<string>();
        foreach (var part in Documents.Read("cli.md").Split("```bash\n").Skip(1))
        {
            blocks.Add(part[..part.IndexOf("```", StringComparison.Ordinal)]);
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task The_page_says_what_works(string block)
    {
        var cli = registry.Cli();
        await FillAsync(cli);
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (words, into) = ShellLine.Parse(line);
            Assert.Equal("registry", words[0]);
            string[] command = [.. words.Skip(1).Select(Here)];
            var runs = command.Contains("--store") || command[0] == "migrate" ? new TestCli() : cli;
            if (command is ["agents", "watch", ..] or ["contexts", "tail", ..])
            {
                await using var goesOn = runs.Follow(command);
                Assert.NotEmpty(await goesOn.NextAsync());
                Assert.Equal(130, await goesOn.InterruptAsync());
                continue;
            }

            var output = await runs.DoAsync(command);
            Assert.NotEmpty(output);
            if (into is not null)
            {
                await File.WriteAllTextAsync(Here(into), output);
            }
        }
    }

    public void Dispose() => folder.Dispose();

    private string Here(string word) => word.StartsWith("./", StringComparison.Ordinal) ? folder.Of(word[2..]) : word;

    private async Task FillAsync(TestCli cli)
    {
        folder.Write("weather.json", """{"name":"weather","tags":["sky"],"skills":[{"id":"forecast"}]}""");
        folder.Write("cards/tide.json", """{"name":"tide"}""");
        await cli.DoAsync("agents", "register", folder.Of("weather.json"));
        await registry.CallAsync(cli, HttpMethod.Post, "tasks", """{"taskId":"t1","contextId":"c1","agentId":"weather","message":MESSAGE}""");
        await registry.CallAsync(cli, HttpMethod.Patch, "tasks/t1", """{"state":"completed"}""");
    }
}
