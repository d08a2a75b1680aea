using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Events of the real registry.</summary>
public sealed class TaskEventTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task The_task_first_then_every_change_then_the_end()
    {
        var task = await client.SubmitAsync("hello", ""","agentId":"a" """);
        var path = $"/tasks/{task.Text("id")}";
        await using var events = await EventReader.OpenAsync(client.Client, path + "/events", client.Headers());
        var first = await events.NextAsync("task");
        Assert.Equal((task.Text("id"), 1), (first.Text("id"), first.Changes()));
        Assert.Equal("hello", first.GetProperty("history")[0].GetProperty("parts")[0].Text("text"));
        Assert.Equal($"{task.Generation()}", events.LastEventId);

        await client.PatchAsync(task, $$"""{"state":"working","messages":[{{TaskClient.Message("on it")}}]}""");
        var second = await events.NextAsync("update");
        Assert.Equal("TASK_STATE_WORKING", second.GetProperty("status").Text("state"));
        Assert.Equal("on it", second.GetProperty("messages")[0].GetProperty("parts")[0].Text("text"));
        Assert.Equal((2, $"{task.Generation() + 1}"), (second.Changes(), events.LastEventId));
        Assert.False(second.TryGetProperty("artifacts", out _));

        await client.PatchAsync(
            task,
            """{"artifacts":[{"artifact":{"artifactId":"r","parts":[{"text":"1"}]},"append":true,"lastChunk":true}],"metadata":{"k":1}}""");
        var third = await events.NextAsync("update");
        Assert.Equal(
            """[{"artifact":{"artifactId":"r","parts":[{"text":"1"}]},"append":true,"lastChunk":true}]""", third.GetProperty("artifacts")
                .GetRawText());
        Assert.Equal(1, third.GetProperty("metadata").Number("k"));

        await (await client.SendAsync("POST", path + ":cancel")).JsonAsync();
        Assert.Equal("TASK_STATE_CANCELED", (await events.NextAsync("update")).GetProperty("status").Text("state"));
        await events.EndAsync();
        Assert.Equal($"{task.Generation() + 3}", events.LastEventId);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await client.SendAsync("GET", path + "/events", null, ("Last-Event-ID", events.LastEventId))).StatusCode);
    }

    [Fact]
    public async Task A_reader_that_comes_back_misses_nothing()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}/events";
        await using (var events = await EventReader.OpenAsync(client.Client, path, client.Headers()))
        {
            await events.NextAsync("task");
            await client.PatchAsync(task, """{"state":"working"}""");
            await events.NextAsync("update");
        }

        for (var i = 0; i < 5; i++)
        {
            await client.PatchAsync(task, $$"""{"messages":[{{TaskClient.Message($"m{i}")}}]}""");
        }

        await client.PatchAsync(task, """{"state":"completed"}""");
        var (first, last) = (task.Generation(), $"{task.Generation() + 1}");
        foreach (var (query, headers) in ((string, (string, string)[])[])[("", [("Last-Event-ID", last)]), ($"?last_event_id={last}", []),
            ($"?last_event_id={first}", [("Last-Event-ID", last)])])
        {
            await using var again = await EventReader.OpenAsync(client.Client, path + query, [.. headers, .. client.Headers()]);
            for (var i = 0; i < 5; i++)
            {
                var update = await again.NextAsync("update");
                Assert.Equal(i + 3, update.Changes());
                Assert.Equal($"m{i}", update.GetProperty("messages")[0].GetProperty("parts")[0].Text("text"));
            }

            Assert.Equal("TASK_STATE_COMPLETED", (await again.NextAsync("update")).GetProperty("status").Text("state"));
            await again.EndAsync();
        }
    }

    [Fact]
    public async Task A_reader_that_was_away_for_too_long_gets_the_task_anew()
    {
        var task = await client.SubmitAsync();
        for (var i = 0; i < 300; i++)
        {
            await client.PatchAsync(task, """{"metadata":{}}""");
        }

        await client.PatchAsync(task, """{"state":"failed"}""");
        await using var events = await EventReader.OpenAsync(
            client.Client,
            $"/tasks/{task.Text("id")}/events?state_format=0.3",
            [("Last-Event-ID", $"{task.Generation() + 1}"), .. client.Headers()]);
        var whole = await events.NextAsync("task");
        Assert.Equal((302, "failed", "task"), (whole.Changes(), whole.GetProperty("status").Text("state"), whole.Text("kind")));
        await events.EndAsync();
    }

    [Fact]
    public async Task A_task_that_is_over_is_shown_and_the_stream_ends()
    {
        var task = await client.SubmitAsync();
        await client.PatchAsync(task, """{"state":"rejected"}""");
        await using var events = await EventReader.OpenAsync(client.Client, $"/tasks/{task.Text("id")}/events", client.Headers());
        Assert.Equal(2, (await events.NextAsync("task")).Changes());
        await events.EndAsync();
    }

    [Fact]
    public async Task Deletion_ends_the_stream()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        await using var events = await EventReader.OpenAsync(client.Client, path + "/events", client.Headers());
        await events.NextAsync("task");
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", path)).StatusCode);
        Assert.Equal(task.Text("id"), (await events.NextAsync("deleted")).Text("taskId"));
        await events.EndAsync();
        await (await client.SendAsync("GET", path + "/events")).ProblemAsync(404, "task_id");
    }

    [Fact]
    public async Task Every_reader_sees_every_event_in_order()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}/events";
        var readers = new List<EventReader>();
        for (var i = 0; i < 8; i++)
        {
            readers.Add(await EventReader.OpenAsync(client.Client, path, client.Headers()));
            Assert.Equal(1, (await readers[i].NextAsync("task")).Changes());
        }

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => client.PatchAsync(task, $$"""{"messages":[{{TaskClient.Message($"m{i}")}}]}""")));
        await client.PatchAsync(task, """{"state":"completed"}""");
        foreach (var reader in readers)
        {
            for (var generation = 2; generation <= 42; generation++)
            {
                Assert.Equal(generation, (await reader.NextAsync("update")).Changes());
            }

            await reader.EndAsync();
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_context_tells_its_data_messages_and_tasks()
    {
        var made = await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{"a":1}}""")).JsonAsync();
        await using var events = await EventReader.OpenAsync(client.Client, "/contexts/c/events", client.Headers());
        Assert.Equal(("c", $"{made.Generation()}"), ((await events.NextAsync("context")).Text("id"), events.LastEventId));
        await (await client.SendAsync("PATCH", "/contexts/c", """{"data":{"b":2}}""")).JsonAsync();
        Assert.Equal(2, (await events.NextAsync("update")).GetProperty("data").Number("b"));
        await (await client.SendAsync("POST", "/contexts/c/messages", $$"""{"message":{{TaskClient.Message("own")}}}""")).JsonAsync();
        Assert.Equal("own", (await events.NextAsync("update")).GetProperty("messages")[0].GetProperty("parts")[0].Text("text"));
        var task = await client.SubmitAsync("x", ""","contextId":"c" """);
        Assert.Equal(task.Text("id"), (await events.NextAsync("update")).Text("taskId"));
        await (await client.SendAsync("POST", "/contexts/c:clear")).JsonAsync();
        Assert.True((await events.NextAsync("update")).GetProperty("cleared").GetBoolean());
        await (await client.SendAsync("DELETE", "/contexts/c")).JsonAsync();
        Assert.Equal("c", (await events.NextAsync("deleted")).Text("contextId"));
        await events.EndAsync();
        await (await client.SendAsync("GET", "/contexts/c/events")).ProblemAsync(404, "context_id");
    }
}
