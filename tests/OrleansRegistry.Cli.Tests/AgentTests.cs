using System.Text.Json;

namespace OrleansRegistry.Cli.Tests;

public sealed class AgentTests(RunningRegistry registry) : IDisposable
{
    private const string Weather = """{"name":"weather","description":"Tells the weather","skills":[{"id":"forecast","tags":["sky"]}]}""";

    private readonly TestCli cli = registry.Cli();
    private readonly TempFolder folder = new();

    [Fact]
    public async Task A_card_is_registered_shown_and_removed()
    {
        var said = await cli.RunAsync("agents", "register", folder.Write("weather.json", Weather));
        Assert.Equal(0, said.Code);
        Assert.StartsWith("registered weather (revision ", said.Output, StringComparison.Ordinal);
        Assert.Contains("warning: version: is missing", said.Error, StringComparison.Ordinal);

        Assert.StartsWith("replaced weather", await cli.DoAsync("agents", "register", folder.Of("weather.json")), StringComparison.Ordinal);
        Assert.Equal(Weather, await cli.DoAsync("agents", "get", "weather", "--card"));
        Assert.Equal("weather", (await cli.JsonAsync("agents", "get", "weather")).GetProperty("agent_id").GetString());
        var shown = await cli.DoAsync("agents", "get", "weather");
        Assert.Matches("description +Tells the weather", shown);
        Assert.Contains("forecast  sky", shown, StringComparison.Ordinal);

        Assert.StartsWith("removed weather", await cli.DoAsync("agents", "remove", "weather"), StringComparison.Ordinal);
        var gone = await cli.RunAsync("agents", "get", "weather");
        Assert.Equal((3, "", "registry: Agent not found (field: agent_id)\n"), (gone.Code, gone.Output, gone.Error));
    }

    [Fact]
    public async Task Agents_are_listed_for_people_and_for_programs()
    {
        await RegisterAsync("""{"name":"tide","tags":["sea"]}""", Weather);
        await cli.DoAsync("agents", "disable", "tide");

        var table = await cli.RunAsync("agents", "list");
        Assert.Equal(3, table.Lines.Length);
        Assert.Matches(@"^AGENT +STATE +REVISION +UPDATED +TAGS +DESCRIPTION$", table.Lines[0]);
        Assert.Matches(@"^tide +disabled +\d+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +sea$", table.Lines[1]);
        Assert.Matches(@"^weather +enabled .* sky +Tells the weather$", table.Lines[2]);
        Assert.DoesNotContain('\u001b', table.Output);

        var list = await cli.JsonAsync("agents", "list");
        Assert.Equal(["tide", "weather"], Ids(list));
        Assert.Equal(2, list.GetProperty("count").GetInt64());
        Assert.Equal(["weather"], Ids(await cli.JsonAsync("agents", "list", "--enabled")));
        Assert.Equal(["tide"], Ids(await cli.JsonAsync("agents", "list", "--tag", "sea", "--disabled")));
        Assert.Equal(["weather"], Ids(await cli.JsonAsync("agents", "search", "FORECAST")));

        var first = await cli.RunAsync("agents", "list", "--limit", "1");
        Assert.Equal(2, first.Lines.Length);
        Assert.Contains("more than 1", first.Error, StringComparison.Ordinal);
        var none = await cli.RunAsync("agents", "search", "nothing of the kind");
        Assert.Equal((0, "", "There are no agents.\n"), (none.Code, none.Output, none.Error));
    }

    [Fact]
    public async Task How_messages_get_to_an_agent_is_said_shown_and_searched_by()
    {
        var card = folder.Write("tide.json", """{"name":"tide","url":"https://tide.example.com"}""");
        await cli.DoAsync("agents", "register", card, "--delivery", "worker", "--disabled");
        await RegisterAsync(Weather);
        Assert.Matches("(?m)^delivery +worker$", await cli.DoAsync("agents", "get", "tide"));
        Assert.False((await cli.JsonAsync("agents", "get", "tide")).GetProperty("enabled").GetBoolean());
        Assert.Equal(["tide", "weather"], Ids(await cli.JsonAsync("agents", "list", "--delivery", "worker")));
        Assert.Empty(Ids(await cli.JsonAsync("agents", "list", "--delivery", "forward")));
        Assert.Equal(["weather"], Ids(await cli.JsonAsync("agents", "list", "--not", "host=tide.example.com", "--all-of", "skill-tag=sky")));
        Assert.Equal(["tide"], Ids(await cli.JsonAsync("agents", "list", "--host", "tide.example.com", "--disabled")));
        Assert.Equal("tide", (await cli.DoAsync("agents", "lookup", "https://tide.example.com/")).Trim());
        Assert.Contains("There are none", (await cli.RunAsync("agents", "similar", "tide")).Error, StringComparison.Ordinal);
        Assert.Matches("weather +0.\\d+ +text .*tag=fast", await cli.DoAsync(
            "agents", "match", "weather", "--require", "skill=forecast", "--prefer", "tag=sky", "--prefer", "tag=fast", "--max-open-tasks", "3"));
        Assert.Contains("--prefer x: must be field=value", (await cli.RunAsync("agents", "match", "--prefer", "x")).Error, StringComparison.Ordinal);
        Assert.Equal("2", (await cli.DoAsync("agents", "count")).Trim());
        Assert.Matches("skill_tag +sky +1", await cli.DoAsync("agents", "count", "--by", "skill-tag", "--not", "host=none"));
        Assert.Equal(["weather", "tide"], Ids(await cli.JsonAsync("agents", "list", "--sort=-name")));
        Assert.Contains("sort: must be one of", (await cli.RunAsync("agents", "list", "--sort", "size")).Error, StringComparison.Ordinal);
        var unknown = await cli.RunAsync("agents", "list", "--not", "colour=red");
        Assert.Contains("must be field=value, with one of these fields: tag, skill", unknown.Error, StringComparison.Ordinal);

        var wrong = await cli.RunAsync("agents", "register", card, "--delivery", "sometimes");
        Assert.Contains("delivery: must be listed, worker or forward", wrong.Error, StringComparison.Ordinal);
        var envelope = folder.Write("envelope.json", """{"agent_card":{"name":"tide"}}""");
        var beside = await cli.RunAsync("agents", "register", envelope, "--delivery", "worker");
        Assert.Contains("write \"delivery\" there", beside.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_are_drafts_active_deprecated_and_retired()
    {
        await cli.DoAsync("agents", "register", folder.Write("draft.json", """{"name":"draft"}"""), "--draft");
        await RegisterAsync(Weather);
        Assert.Equal("draft", (await cli.JsonAsync("agents", "get", "draft")).GetProperty("lifecycle").GetString());
        Assert.StartsWith("activated draft", await cli.DoAsync("agents", "activate", "draft"), StringComparison.Ordinal);
        var said = await cli.DoAsync("agents", "deprecate", "draft", "weather", "--message", "ends in May", "--successor", "next");
        Assert.Matches("^deprecated draft .*\ndeprecated weather ", said);
        var shown = await cli.DoAsync("agents", "get", "weather");
        Assert.Matches("(?m)^state +deprecated, enabled$", shown);
        Assert.Matches("(?m)^deprecation +ends in May$", shown);
        Assert.Matches("(?m)^successor +next$", shown);
        await cli.DoAsync("agents", "retire", "weather");
        Assert.Equal("retired", (await cli.JsonAsync("agents", "get", "weather")).GetProperty("lifecycle").GetString());
        var refused = await cli.RunAsync("agents", "retire", "weather", "--successor", "weather");
        Assert.Contains("is the agent itself", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_are_listed_compared_labelled_and_taken_back_to()
    {
        await RegisterAsync("""{"name":"tide","version":"1.0","skills":[{"id":"now"}]}""");
        await RegisterAsync("""{"name":"tide","version":"2.0"}""");
        Assert.Equal("stable of tide is @1\n", await cli.DoAsync("agents", "label", "tide", "stable", "1.0"));
        await cli.DoAsync("agents", "label", "tide", "beta");
        var table = (await cli.RunAsync("agents", "versions", "tide")).Lines;
        Assert.Matches("^NUMBER +VERSION +LABELS +WRITTEN +BY$", table[0]);
        Assert.Matches("^@2 +2.0 +latest, beta +2", table[1]);
        Assert.Matches("^@1 +1.0 +stable +2", table[2]);
        Assert.Equal(
            """
            - /version "1.0"
            + /version "2.0"
            - /skills [{"id":"now"}]
            incompatible
              skill 'now' is removed

            """,
            await cli.DoAsync("agents", "diff", "tide", "stable"));
        Assert.Equal("compatible", (await cli.JsonAsync("agents", "diff", "tide", "latest", "@1")).GetProperty("verdict").GetString());
        Assert.StartsWith("rolled back tide to stable (rev", await cli.DoAsync("agents", "rollback", "tide", "stable"), StringComparison.Ordinal);
        Assert.Equal("removed beta of tide\n", await cli.DoAsync("agents", "label", "tide", "beta", "--remove"));
        Assert.Equal(3, (await cli.RunAsync("agents", "label", "tide", "beta", "--remove")).Code);
        Assert.Equal(3, (await cli.RunAsync("agents", "diff", "tide", "@9")).Code);
        Assert.Equal(2, (await cli.RunAsync("agents", "label", "tide", "beta", "@1", "--remove")).Code);
        Assert.NotEqual(0, (await cli.RunAsync("agents", "rollback", "tide", "@1", "--if-revision", "1")).Code);
    }

    [Fact]
    public async Task A_list_goes_on_over_pages()
    {
        var cards = Enumerable.Range(0, 1203).Select(i => $$"""{"name":"a{{i:0000}}"}""");
        await cli.DoAsync("agents", "register", folder.Write("all.json", $"[{string.Join(',', cards)}]"));
        Assert.Equal(1203, (await cli.JsonAsync("agents", "list")).GetProperty("count").GetInt64());
        Assert.Equal(1 + 1203 + 1, (await cli.RunAsync("agents", "list")).Lines.Length);
        Assert.Equal(1001, (await cli.JsonAsync("agents", "list", "--limit", "1001")).GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task Conditions_are_those_of_the_registry()
    {
        var file = folder.Write("weather.json", Weather);
        var revision = (await cli.JsonAsync("agents", "register", file)).GetProperty("revision").GetInt64();
        var again = await cli.RunAsync("agents", "register", file, "--new");
        Assert.Equal((4, ""), (again.Code, again.Output));
        Assert.Equal(4, (await cli.RunAsync("agents", "disable", "weather", "--if-revision", $"{revision + 1}")).Code);
        var said = await cli.DoAsync("agents", "disable", "weather", "--if-revision", $"{revision}");
        Assert.StartsWith("disabled weather", said, StringComparison.Ordinal);
        await cli.DoAsync("agents", "register", file, "--id", "weather/eu", "--new", "--disabled");
        Assert.False((await cli.JsonAsync("agents", "get", "weather/eu")).GetProperty("enabled").GetBoolean());
        Assert.Equal(0, (await cli.RunAsync("agents", "enable", "weather/eu", "weather")).Code);
    }

    [Fact]
    public async Task One_that_is_not_there_keeps_no_other_from_it()
    {
        await RegisterAsync("""{"name":"a"}""", """{"name":"b"}""");
        var ran = await cli.RunAsync("agents", "remove", "a", "x", "b", "--json");
        Assert.Equal(3, ran.Code);
        Assert.Equal("registry: x: Agent not found (field: agent_id)\n", ran.Error);
        var results = JsonDocument.Parse(ran.Output).RootElement.GetProperty("results");
        Assert.Equal([true, false, true], results.EnumerateArray().Select(result => result.GetProperty("success").GetBoolean()));
        Assert.Empty(Ids(await cli.JsonAsync("agents", "list")));
    }

    [Fact]
    public async Task A_folder_is_registered_and_what_was_refused_is_summed_up()
    {
        folder.Write("cards/a.json", """{"name":"a"}""");
        folder.Write("cards/below/b.json", "\uFEFF{\"agent_card\":{\"name\":\"b\"},\"enabled\":false}");
        folder.Write("cards/many.json", """{"agents":[{"name":"c"},{"name":""},{"nom":"x"}]}""");
        folder.Write("cards/torn.json", """{"name":"d" """);
        folder.Write("cards/word.json", "17");
        folder.Write("cards/notes.txt", "no card");

        var ran = await cli.RunAsync("agents", "register", folder.Of("cards"));
        Assert.Equal(4, ran.Code);
        Assert.Matches(@"^registered 3, replaced 0, refused 4, warnings \d+ \(", ran.Output);
        Assert.Contains($"refused: {folder.Of("cards/many.json")}[1]: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"refused: {folder.Of("cards/many.json")}[2]: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"refused: {folder.Of("cards/torn.json")}: is not JSON, at line 1, byte 13", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"refused: {folder.Of("cards/word.json")}: is no agent card", ran.Error, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], Ids(await cli.JsonAsync("agents", "list")));

        var json = await cli.RunAsync("agents", "register", folder.Of("cards"), "--json");
        var summary = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal((4, 3L, 4), (json.Code, summary.GetProperty("replaced").GetInt64(), summary.GetProperty("refused").GetArrayLength()));
    }

    [Fact]
    public async Task One_entry_that_spoils_a_request_spoils_no_other()
    {
        var deep = new string('[', 900) + new string(']', 900);
        folder.Write("all.json", $$"""[{"name":"a"},{"name":"deep","x":{{deep}}},{"name":"b"}]""");
        var ran = await cli.RunAsync("agents", "register", folder.Of("all.json"));
        Assert.Equal(4, ran.Code);
        Assert.StartsWith("registered 2, replaced 0, refused 1", ran.Output, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], Ids(await cli.JsonAsync("agents", "list")));
    }

    [Fact]
    public async Task A_card_comes_from_the_standard_input_and_from_a_url()
    {
        cli.Input = """{"name":"piped"}""";
        Assert.StartsWith("registered piped", await cli.DoAsync("agents", "register", "-"), StringComparison.Ordinal);

        // The registry's own card, from where A2A publishes cards.
        Assert.StartsWith("registered A2A Registry", await cli.DoAsync("agents", "register", registry.Url.ToString()), StringComparison.Ordinal);
        var gone = await cli.RunAsync("agents", "register", new Uri(registry.Url, "nowhere.json").ToString());
        Assert.Equal(3, gone.Code);
        Assert.Contains("nowhere.json: answered 404", gone.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.json", null, 3, "there is no such file or folder")]
    [InlineData("torn.json", "{\n\"name\":", 4, "torn.json: is not JSON, at line 2, byte 8.")]
    [InlineData("latin.json", "\"\u00e9", 4, "is not JSON")]
    [InlineData("list.json", "[[]]", 4, "list.json[0]: is no agent card")]
    [InlineData("nameless.json", "{}", 4, "agent_card: is missing")]
    [InlineData("number.json", """{"name":5}""", 4, "name: must be a string")]
    public async Task A_bad_file_is_told_in_one_line(string name, string? text, int code, string message)
    {
        var path = text is null ? folder.Of(name) : folder.Write(name, text);
        var ran = await cli.RunAsync("agents", "register", path);
        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task What_others_wrote_is_no_command_to_the_terminal()
    {
        await RegisterAsync("""{"name":"bell","description":"\u001b[31mred\u009b31m\nnext line"}""");
        var ran = await cli.RunAsync("agents", "list");
        Assert.DoesNotContain('\u001b', ran.Output);
        Assert.DoesNotContain('\u009b', ran.Output);
        Assert.DoesNotContain('\u0007', ran.Output);
        Assert.Equal(2, ran.Lines.Length);
        Assert.Contains("next line", ran.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_are_watched()
    {
        await RegisterAsync("""{"name":"old"}""");
        await using var watch = cli.Follow("agents", "watch", "--all", "--json");
        Assert.Equal(("present", "old"), Change(await watch.NextAsync()));
        await RegisterAsync("{\n\"name\":\n\"new\"}");
        Assert.Equal(("registered", "new"), Change(await watch.NextAsync()));
        await cli.DoAsync("agents", "disable", "old");
        Assert.Equal(("status", "old"), Change(await watch.NextAsync()));
        await cli.DoAsync("agents", "remove", "new");
        Assert.Equal(("removed", "new"), Change(await watch.NextAsync()));
        Assert.Equal(130, await watch.InterruptAsync());
    }

    public void Dispose() => folder.Dispose();

    private static (string? Change, string? Id) Change(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return (json.GetProperty("change").GetString(), json.GetProperty("agent_id").GetString());
    }

    private static IEnumerable<string?> Ids(JsonElement list) =>
        list.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("agent_id").GetString());

    private async Task RegisterAsync(params string[] cards)
    {
        cli.Input = $"[{string.Join(',', cards)}]";
        await cli.DoAsync("agents", "register", "-");
    }
}
