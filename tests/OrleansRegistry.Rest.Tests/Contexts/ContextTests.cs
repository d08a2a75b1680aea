using System.Net;

namespace OrleansRegistry.Rest.Tests;

public sealed class ContextTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task Data_is_merged_member_by_member()
    {
        var made = await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{ "user_id" : "123", "n":1.0 }}""")).JsonAsync();
        Assert.Equal(("c", "default", 1, 0), (made.Text("id"), made.Text("owner"), made.Changes(), made.Number("messageCount")));
        Assert.Equal("""{ "user_id" : "123", "n":1.0 }""", made.GetProperty("data").GetRawText());
        await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{"n":2,"x":null}}""", ("Content-Type", "application/merge-patch+json")))
            .JsonAsync();
        var read = await client.GetAsync("/contexts/c");
        Assert.Equal(("123", 2), (read.GetProperty("data").Text("user_id"), read.GetProperty("data").Number("n")));
        Assert.Equal((2, 0), (read.Changes(), read.Number("taskCount")));
        Assert.Empty(read.GetProperty("taskIds").EnumerateArray());

        Assert.Equal(2, (await (await client.SendAsync("PATCH", "/contexts/c", $$"""{"data":{},"if_generation_match":{{made.Generation()}}}"""))
            .ProblemAsync(409)).Changes("current_generation"));
        await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{}}""", ("If-Match", $"\"{made.Generation()}\""))).ProblemAsync(412);
        await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{}}""", ("If-Match", $"\"{read.Generation()}\""))).JsonAsync();
        foreach (var body in (string[])["""{"data":[]}""", """{"data":"x"}""", """{"data":{"a":1,"a":2}}""", """{"data":7}"""])
        {
            await (await client.SendAsync("PATCH", "/contexts/c", body)).ProblemAsync(400, "data");
        }

        await (await client.SendAsync("PATCH", "/contexts/" + new string('c', 300), """{"data":{}}""")).ProblemAsync(400);
    }

    [Fact]
    public async Task Messages_are_appended_once_and_read_page_by_page()
    {
        var repeated = TaskClient.Message("m0", ""","messageId":"m0" """);
        await (await client.SendAsync("POST", "/contexts/c/messages", $$"""{"message":{{repeated}}}""")).JsonAsync();
        await (await client.SendAsync(
            "POST",
            "/contexts/c/messages",
            $$"""{"messages":[{{repeated}},{{TaskClient.Message("m1")}},{{TaskClient.Message("m2")}}]}""")).JsonAsync();
        var json = await client.GetAsync("/contexts/c");
        Assert.Equal(3, json.Number("messageCount"));
        var page = await client.GetAsync("/contexts/c/messages?page_size=2");
        Assert.Equal((0, 3), (page.Number("first"), page.Number("totalSize")));
        Assert.Equal(repeated, page.GetProperty("messages")[0].GetRawText());
        var rest = await client.GetAsync("/contexts/c/messages?page_size=2&page_token=" + Uri.EscapeDataString(page.Text("nextPageToken")));
        Assert.Equal((2, ""), (rest.Number("first"), rest.Text("nextPageToken")));
        Assert.Equal(
            ["m0", "m1", "m2"],
            page.GetProperty("messages").EnumerateArray().Concat(rest.GetProperty("messages").EnumerateArray())
                .Select(message => message.GetProperty("parts")[0].Text("text")));
        foreach (var body in (string[])["""{"messages":[null]}""", """{"messages":[{"role":"user"}]}""", """{"message":7}"""])
        {
            await (await client.SendAsync("POST", "/contexts/c/messages", body)).ProblemAsync(400);
        }

        await (await client.SendAsync("GET", "/contexts/c/messages?page_token=nonsense")).ProblemAsync(400, "page_token");
        Assert.Equal(3, (await client.GetAsync("/contexts/c")).Number("messageCount"));
    }

    [Fact]
    public async Task Lists_say_which_tasks_a_context_has()
    {
        var first = await client.SubmitAsync("a", ""","context_id":"c1" """);
        var second = await client.SubmitAsync("b", ""","context_id":"c1" """);
        await client.SubmitAsync("c", ""","context_id":"c2" """);
        await (await client.SendAsync("PATCH", "/contexts/c3", """{"data":{}}""")).JsonAsync();
        var list = (await client.GetAsync("/contexts")).GetProperty("contexts").EnumerateArray().ToDictionary(context => context.Text("id"));
        Assert.Equal(["c1", "c2", "c3"], list.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2, 1, 0), (list["c1"].Number("taskCount"), list["c2"].Number("taskCount"), list["c3"].Number("taskCount")));
        Assert.Equal(
            new[] { first.Text("id"), second.Text("id") }.Order(StringComparer.Ordinal),
            list["c1"].GetProperty("taskIds").EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal));

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await client.GetAsync($"/contexts?page_size=2&page_token={Uri.EscapeDataString(token)}");
            seen.AddRange(page.GetProperty("contexts").EnumerateArray().Select(context => context.Text("id")));
            token = page.Text("nextPageToken");
        }
        while (token.Length > 0);
        Assert.Equal(["c1", "c2", "c3"], seen.Order(StringComparer.Ordinal));
        await (await client.SendAsync("GET", "/contexts?page_token=nonsense")).ProblemAsync(400, "page_token");
    }

    [Fact]
    public async Task Clear_leaves_the_context_and_delete_does_not()
    {
        await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{"keep":true}}""")).JsonAsync();
        var task = await client.SubmitAsync("a", ""","context_id":"c" """);
        await client.SubmitAsync("b", ""","context_id":"c" """);
        await (await client.SendAsync("POST", "/contexts/c/messages", $$"""{"message":{{TaskClient.Message("own")}}}""")).JsonAsync();
        var cleared = await (await client.SendAsync("POST", "/contexts/c:clear")).JsonAsync();
        Assert.Equal(("c", 2), (cleared.Text("id"), cleared.Number("deletedTasks")));
        await (await client.SendAsync("GET", $"/tasks/{task.Text("id")}")).ProblemAsync(404);
        var read = await client.GetAsync("/contexts/c");
        Assert.True(read.GetProperty("data").GetProperty("keep").GetBoolean());
        Assert.Equal((0, 0), (read.Number("taskCount"), read.Number("messageCount")));
        Assert.Equal(0, (await client.GetAsync("/contexts/c/tasks?count_total=true")).Number("totalSize"));

        await client.SubmitAsync("c", ""","context_id":"c" """);
        Assert.Equal(1, (await (await client.SendAsync("DELETE", "/contexts/c")).JsonAsync()).Number("deletedTasks"));
        foreach (var (method, suffix) in ((string, string)[])[
            ("GET", ""), ("GET", "/messages"), ("GET", "/tasks"), ("GET", "/owner"), ("GET", "/events"), ("POST", ":clear"), ("DELETE", "")])
        {
            await (await client.SendAsync(method, "/contexts/c" + suffix)).ProblemAsync(404);
        }

        Assert.Equal(0, (await client.GetAsync("/tasks?count_total=true")).Number("totalSize"));
    }

    [Fact]
    public async Task The_owner_of_a_task_and_of_its_context()
    {
        var task = await client.SubmitAsync();
        Assert.Equal(
            $$"""{"taskId":"{{task.Text("id")}}","owner":"default"}""",
            (await client.GetAsync($"/tasks/{task.Text("id")}/owner")).GetRawText());
        Assert.Equal(
            $$"""{"contextId":"{{task.Text("contextId")}}","owner":"default"}""",
            (await client.GetAsync($"/contexts/{task.Text("contextId")}/owner")).GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("HEAD", $"/contexts/{task.Text("contextId")}")).StatusCode);
    }
}
