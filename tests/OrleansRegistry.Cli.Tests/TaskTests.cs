using System.Text.Json;

namespace OrleansRegistry.Cli.Tests;

public sealed class TaskTests(RunningRegistry registry)
{
    private readonly TestCli cli = registry.Cli();

    [Fact]
    public async Task Tasks_and_contexts_are_listed_and_shown()
    {
        await SubmitAsync("t1");
        await ChangeAsync("t1", """{"state":"completed","artifacts":[{"artifactId":"a1","parts":[{"text":"No rain"}]}],"metadata":{"n":1}}""");
        await registry.CallAsync(cli, HttpMethod.Post, "tasks", """{"taskId":"t/2","contextId":"c1","message":MESSAGE}""");
        await registry.CallAsync(cli, HttpMethod.Patch, "contexts/c1", """{"data":{"user":"ann"}}""");

        var table = await cli.RunAsync("tasks", "list");
        Assert.Matches("^TASK +STATE +SINCE +AGENT +CONTEXT +MESSAGES +ARTIFACTS$", table.Lines[0]);
        Assert.Matches(@"^t/2 +submitted +\S+ \S+ +c1 +1 +0$", table.Lines[1]);
        Assert.Matches(@"^t1 +completed +\S+ \S+ +weather +c1 +1 +1$", table.Lines[2]);
        Assert.Equal(["t1"], Ids(await cli.JsonAsync("tasks", "list", "--state", "completed", "--agent", "weather", "--context", "c1"), "tasks"));
        Assert.Equal(["t/2"], Ids(await cli.JsonAsync("tasks", "list", "--limit", "1"), "tasks"));

        var shown = await cli.DoAsync("tasks", "show", "t1");
        Assert.Contains("metadata    {\"n\":1}", shown, StringComparison.Ordinal);
        Assert.Contains("user     Rain today?", shown, StringComparison.Ordinal);
        Assert.Contains("a1        No rain", shown, StringComparison.Ordinal);
        Assert.Equal("t/2", (await cli.JsonAsync("tasks", "show", "t/2")).GetProperty("id").GetString());

        Assert.Matches(@"c1 +\S+ \S+ +2 +0 +{""user"":""ann""}", await cli.DoAsync("contexts", "list"));
        var context = await cli.DoAsync("contexts", "show", "c1");
        Assert.Contains("t/2   submitted", context, StringComparison.Ordinal);
        Assert.Equal("ann", (await cli.JsonAsync("contexts", "show", "c1")).GetProperty("data").GetProperty("user").GetString());
    }

    [Theory]
    [InlineData(3, "Task not found", "tasks", "show", "nope")]
    [InlineData(3, "Task not found", "tasks", "tail", "nope")]
    [InlineData(3, "Context not found", "contexts", "show", "nope")]
    [InlineData(3, "Context not found", "contexts", "tail", "nope")]
    [InlineData(4, "state: ", "tasks", "list", "--state", "done")]
    [InlineData(4, "status_timestamp_after: ", "tasks", "list", "--since", "yesterday")]
    public async Task What_is_not_there_or_refused_is_told_in_the_registrys_words(int code, string message, params string[] words)
    {
        var ran = await cli.RunAsync(words);
        Assert.Equal((code, ""), (ran.Code, ran.Output));
        Assert.StartsWith($"registry: {message}", ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_task_is_followed_until_it_is_over()
    {
        await SubmitAsync("t1");
        await using var programs = cli.Follow("tasks", "tail", "t1", "--json");
        await using var people = cli.Follow("tasks", "tail", "t1");
        Assert.Equal("task", JsonDocument.Parse(await programs.NextAsync()).RootElement.GetProperty("event").GetString());
        Assert.Matches(@"^\S+ \S+  user +Rain today\?$", await people.NextAsync());
        Assert.EndsWith("submitted", await people.NextAsync(), StringComparison.Ordinal);

        await ChangeAsync("t1", "{\"artifacts\":[{\"artifactId\":\"a1\",\"parts\":[{\"text\":\"No rain\"}]}],\"metadata\":{\"a\":\n1}}");
        Assert.Matches(@"artifact +a1: No rain$", await people.NextAsync());
        Assert.Matches(@"metadata +{""a"": 1}$", await people.NextAsync());
        Assert.Contains("\"event\":\"update\"", await programs.NextAsync(), StringComparison.Ordinal);

        await ChangeAsync("t1", """{"state":"completed","statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"Done"}]}}""");
        Assert.Matches("completed +Done$", await people.NextAsync());
        Assert.Equal((0, 0), (await people.Ended, await programs.Ended));
    }

    [Fact]
    public async Task A_context_is_followed_until_it_is_deleted()
    {
        await registry.CallAsync(cli, HttpMethod.Patch, "contexts/c1", """{"data":{"user":"ann"}}""");
        await using var tail = cli.Follow("contexts", "tail", "c1");
        Assert.EndsWith("data            {\"user\":\"ann\"}", await tail.NextAsync(), StringComparison.Ordinal);
        await SubmitAsync("t1");
        await registry.CallAsync(cli, HttpMethod.Post, "contexts/c1/messages", """{"message":MESSAGE}""");
        Assert.Matches("new task +t1$", await tail.NextAsync());
        Assert.Matches("user +Rain today", await tail.NextAsync());
        await registry.CallAsync(cli, HttpMethod.Delete, "contexts/c1", "");
        var last = await tail.NextAsync();
        while (!last.EndsWith("deleted", StringComparison.Ordinal))
        {
            last = await tail.NextAsync();
        }

        Assert.Equal(0, await tail.Ended);
    }

    private Task SubmitAsync(string id) => registry.CallAsync(
        cli, HttpMethod.Post, "tasks", $$"""{"taskId":"{{id}}","contextId":"c1","agentId":"weather","message":MESSAGE}""");

    private Task ChangeAsync(string id, string json) => registry.CallAsync(cli, HttpMethod.Patch, $"tasks/{id}", json);

    private static IEnumerable<string?> Ids(JsonElement list, string name) =>
        list.GetProperty(name).EnumerateArray().Select(entry => entry.GetProperty("id").GetString());
}
