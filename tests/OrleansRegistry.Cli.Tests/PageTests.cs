using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Every line of <c>docs/cli.md</c> and <c>docs/data.md</c> does what it says, each block of them in a registry that holds little.</summary>
public sealed class PageTests(RunningRegistry registry) : IAsyncDisposable
{
    private const string Database = "postgresql://registry@db/registry";
    private const string Url = "http://127.0.0.1:8080";

    private readonly TempFolder folder = new();
    private PageDatabase? database;
    private CardServer? cards;

    public static TheoryData<string, string> Blocks()
    {
        var blocks = new TheoryData<string, string>();
        foreach (var page in (string[])["cli.md", "data.md"])
        {
            foreach (var part in Documents.Read(page).Split("```bash\n").Skip(1))
            {
                blocks.Add(page, part[..part.IndexOf("```", StringComparison.Ordinal)]);
            }
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task The_page_says_what_works(string page, string block)
    {
        // What a whole registry is exported from, and imported into again, is not the one of other tests.
        await using var own = block.Contains("curl ", StringComparison.Ordinal) ? new RunningRegistry() : null;
        await (own?.InitializeAsync() ?? ValueTask.CompletedTask);
        var running = own ?? registry;
        var cli = running.Cli();
        await FillAsync(running, cli);
        if (block.Contains(Database, StringComparison.Ordinal))
        {
            TestServer.SkipWhereMissing();
            database = await PageDatabase.CreateAsync();
        }

        if (block.Contains("https://", StringComparison.Ordinal))
        {
            cards = await CardServer.StartAsync();
            cards.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("tide"));
            cards.At["/agents?view=record&lifecycle=all&page_size=1000"] = CardServer.Serve(
                $$"""{"agents":[{{CardServer.Card("moon")}}],"count":1}""");
        }

        if (page == "data.md")
        {
            await new TestCli().DoAsync("agents", "register", folder.Of("weather.json"), "--store", folder.Of("data"));
        }

        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (words, into) = ShellLine.Parse(line);
            if (words.Length == 0)
            {
                continue;
            }

            if (words[0] == "curl")
            {
                var here = line.Split("  #")[0].Replace(Url, running.Url.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
                var answer = await ShellProcess.RunAsync($"{here} -sS --fail-with-body", folder.Path);
                Assert.Equal(line.Contains("/import", StringComparison.Ordinal), answer.Contains("\"faultCount\":0", StringComparison.Ordinal));
                continue;
            }

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
            if (command is ["snapshot", "load", _, _, var file])
            {
                Assert.True(File.Exists(file));
                continue;
            }

            Assert.True(output.Length > 0, $"{line}: says nothing");
            if (into is not null)
            {
                await File.WriteAllTextAsync(Here(into), output);
            }
        }
    }

    [Fact]
    public async Task So_do_the_lines_within_its_text()
    {
        string[] lines = [.. Documents.Read("data.md").Replace("\\|", "|", StringComparison.Ordinal).Split('`').Where((_, i) => i % 2 == 1)];
        var unpacks = lines.Where(line => line.StartsWith("cat ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, unpacks.Length);
        TestServer.SkipWhereMissing();
        database = await PageDatabase.CreateAsync();
        var cli = new TestCli { Input = """{"name":"weather"}""" };
        await cli.DoAsync("agents", "register", "-", "--store", folder.Of("data"));
        await cli.DoAsync("migrate", folder.Of("data"), database.Store);
        foreach (var (store, unpack) in new[] { folder.Of("data"), database.Store }.Zip(unpacks))
        {
            var place = folder.Of(unpack.Split(' ')[^1]);
            await cli.DoAsync("backup", "--store", store, "--to", place);
            var backup = Assert.Single(System.IO.Directory.GetDirectories(Path.Combine(place, "backups")));
            await ShellProcess.RunAsync(unpack, backup);
            string[] agents = unpack.EndsWith(".db", StringComparison.Ordinal)
                ? ["agents", "list", "--store", backup]
                : ["import", Path.Combine(backup, "export.jsonl"), "--dry-run", "--store", folder.Of("data")];
            Assert.Contains(agents[0] == "import" ? "same 1" : "weather", await cli.DoAsync(agents), StringComparison.Ordinal);
        }

        var key = Assert.Single(lines, line => line.StartsWith("openssl ", StringComparison.Ordinal));
        cli.Variables["OBJECT_ENCRYPTION_KEY_FILE"] = folder.Write("key", await ShellProcess.RunAsync(key, folder.Path));
        await cli.DoAsync("backup", "--store", folder.Of("data"), "--to", folder.Of("encrypted"));
        await cli.DoAsync("verify", "--from", folder.Of("encrypted"));
        cli.Variables.Clear();
        Assert.NotEqual(0, (await cli.RunAsync("verify", "--from", folder.Of("encrypted"))).Code);
    }

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await (database?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (cards?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private string Here(string word) => word switch
    {
        Database => database!.Store,
        "https://agent.example.com" or "https://registry.example.com" => cards!.Url(),
        ['.', '/', .. var name] => folder.Of(name),
        _ => word,
    };

    private async Task FillAsync(RunningRegistry running, TestCli cli)
    {
        folder.Write("weather.json", """{"name":"weather","tags":["sky"],"skills":[{"id":"forecast"}]}""");
        folder.Write("cards/tide.json", """{"name":"tide"}""");
        await cli.DoAsync("agents", "register", folder.Of("weather.json"));
        const string Like = """{"name":"storm","url":"https://agent.example.com/rpc","tags":["sky"],"skills":[{"id":"forecast"}]}""";
        await cli.DoAsync("agents", "register", folder.Write("storm.json", Like));
        await running.CallAsync(cli, HttpMethod.Post, "tasks", """{"taskId":"t1","contextId":"c1","agentId":"weather","message":MESSAGE}""");
        await running.CallAsync(cli, HttpMethod.Put, "subscriptions/hook", """{"url":"https://example.com/hook"}""");
        await running.CallAsync(cli, HttpMethod.Patch, "tasks/t1", """{"state":"completed"}""");
        await running.CallAsync(cli, HttpMethod.Put, "review-policy", """{"review":"all"}""");
        await running.AskForReviewAsync(cli, "tide-eu");
        await running.AskForReviewAsync(cli, "moon");
    }
}
