using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class TaskReadTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Theory]
    [InlineData("", 5)]
    [InlineData("?history_length=0", 5)]
    [InlineData("?history_length=-3", 5)]
    [InlineData("?history_length=2", 2)]
    [InlineData("?historyLength=1", 1)]
    [InlineData("?history_length=50", 5)]
    [InlineData("?history_length=99999999999", 5)]
    public async Task The_newest_messages_of_a_task(string query, int expected)
    {
        var task = await client.SubmitAsync("m0");
        await client.PatchAsync(task, $$"""{"messages":[{{string.Join(',', Enumerable.Range(1, 4).Select(i => TaskClient.Message($"m{i}")))}}]}""");
        var history = (await client.GetAsync($"/tasks/{task.Text("id")}{query}")).GetProperty("history").EnumerateArray()
            .Select(message => message.GetProperty("parts")[0].Text("text"));
        Assert.Equal(Enumerable.Range(5 - expected, expected).Select(i => $"m{i}"), history);
    }

    [Fact]
    public async Task Conditions_on_the_generation()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        Assert.Equal(1, (await (await client.SendAsync("PATCH", path, """{"state":"working","ifGenerationMatch":7}""")).ProblemAsync(409)).Changes(
            "current_generation"));
        Assert.Equal(1, (await (await client.SendAsync("PATCH", path, """{"state":"working"}""", ("If-Match", "\"7\""))).ProblemAsync(412)).Changes(
            "current_generation"));
        Assert.Equal(
            1,
            (await (await client.SendAsync("POST", path + ":cancel?if_generation_match=7")).ProblemAsync(409)).Changes("current_generation"));
        var changed = await client.SendAsync("PATCH", path, """{"state":"working"}""", ("If-Match", Tag(1)));
        Assert.Equal(Tag(2), changed.One("ETag"));
        await (await client.SendAsync("PATCH", path, """{"state":"working"}""", ("If-Match", "*"))).JsonAsync();
        await (await client.SendAsync("POST", path + ":cancel", null, ("If-Match", Tag(2)))).ProblemAsync(412);

        var read = await client.SendAsync("GET", path);
        Assert.Equal(Tag(3), read.One("ETag"));
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync("GET", path, null, ("If-None-Match", Tag(3)))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", path, null, ("If-None-Match", Tag(2)))).StatusCode);
        await (await client.SendAsync("GET", path, null, ("If-None-Match", "3"))).ProblemAsync(400, "If-None-Match");

        string Tag(int change) => $"\"{task.Generation() + change - 1}\"";
    }

    [Fact]
    public async Task A_reader_can_wait_for_the_next_generation()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        Assert.Equal(1, (await client.GetAsync(path + "?current_generation=0&wait=60")).Changes());
        Assert.Equal(1, (await client.GetAsync($"{path}?current_generation={task.Generation()}&wait=0")).Changes());
        var waiting = client.GetAsync($"{path}?current_generation={task.Generation()}&wait=60");
        await client.PatchAsync(task, """{"state":"working"}""");
        Assert.Equal(2, (await waiting).Changes());
        await (await client.SendAsync("GET", "/tasks/nobody?current_generation=1&wait=60")).ProblemAsync(404);
    }

    [Fact]
    public async Task States_as_the_older_version_spells_them()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        foreach (var response in (HttpResponseMessage[])[
            await client.SendAsync("GET", path + "?state_format=0.3"),
            await client.SendAsync("GET", path, null, ("A2A-Version", "0.3")),
            await client.SendAsync("PATCH", path + "?state_format=0.3", """{"metadata":{}}""")])
        {
            var json = await response.JsonAsync();
            Assert.Equal("submitted", json.GetProperty("status").Text("state"));
            Assert.Equal("task", json.Text("kind"));
        }

        Assert.Equal(
            "submitted",
            (await client.GetAsync("/tasks?state_format=0.3&state=submitted")).GetProperty("tasks")[0].GetProperty("status").Text("state"));
        Assert.Equal(1, (await client.GetAsync("/tasks:count?state_format=0.3")).GetProperty("counts").Number("submitted"));
        Assert.Equal(
            "TASK_STATE_SUBMITTED",
            (await (await client.SendAsync("GET", path, null, ("A2A-Version", "1.0"))).JsonAsync()).GetProperty("status").Text("state"));
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a:cancel", "a:cancel")]
    [InlineData("Größe 日本 😀", "Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC%20%F0%9F%98%80")]
    [InlineData("messages", "messages")]
    [InlineData("q?r#s%", "q%3Fr%23s%25")]
    public async Task Any_id_is_reached_by_its_path(string id, string segment)
    {
        var body = JsonSerializer.Serialize(new { task_id = id, context_id = id, message = JsonDocument.Parse(TaskClient.Message("x")).RootElement });
        var created = await client.SendAsync("POST", "/tasks", body);
        await created.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(id, Uri.UnescapeDataString(created.Headers.Location!.OriginalString["/tasks/".Length..]));
        foreach (var suffix in (string[])["", "/messages", "/owner", "/feedback", "/pushNotificationConfigs"])
        {
            await (await client.SendAsync("GET", $"/tasks/{segment}{suffix}")).JsonAsync();
        }

        Assert.Equal(id, (await (await client.SendAsync("POST", $"/tasks/{segment}:cancel")).JsonAsync()).Text("id"));
        Assert.Equal(id, (await client.GetAsync($"/contexts/{segment}")).Text("id"));
        Assert.Equal(id, (await client.GetAsync($"/contexts/{segment}/tasks")).GetProperty("tasks")[0].Text("contextId"));
        Assert.Equal(1, (await (await client.SendAsync("POST", $"/contexts/{segment}:clear")).JsonAsync()).Number("deletedTasks"));
        await (await client.SendAsync("DELETE", $"/contexts/{segment}")).JsonAsync();
        await (await client.SendAsync("GET", $"/tasks/{segment}")).ProblemAsync(404);
    }

    [Fact]
    public async Task A_long_history_is_streamed_and_read_page_by_page()
    {
        var task = await client.SubmitAsync("m000");
        var filler = $",\"x\":\"{new string('x', 10_000)}\"";
        for (var i = 1; i < 60; i += 20)
        {
            await client.PatchAsync(
                task,
                $$"""{"messages":[{{string.Join(',', Enumerable.Range(i, 20).Select(n => TaskClient.Message($"m{n:D3}", filler)))}}]}""");
        }

        var path = $"/tasks/{task.Text("id")}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Registry-Tenant", client.Tenant);
        using var response = await client.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.Headers.TransferEncodingChunked);
        Assert.Equal($"\"{task.Generation() + 3}\"", response.One("ETag"));
        Assert.Equal(61, (await response.JsonAsync()).GetProperty("history").GetArrayLength());

        var texts = new List<string>();
        var token = "";
        do
        {
            var page = await client.GetAsync($"{path}/messages?page_size=25&page_token={Uri.EscapeDataString(token)}");
            Assert.Equal((texts.Count, 61, 25), (page.Number("first"), page.Number("totalSize"), page.Number("pageSize")));
            texts.AddRange(page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("parts")[0].Text("text")));
            token = page.Text("nextPageToken");
        }
        while (token.Length > 0);
        Assert.Equal(Enumerable.Range(0, 61).Select(i => $"m{i:D3}"), texts);
        await (await client.SendAsync("GET", path + "/messages?page_token=nonsense")).ProblemAsync(400, "page_token");
    }
}
