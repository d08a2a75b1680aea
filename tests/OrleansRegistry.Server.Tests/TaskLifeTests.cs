using System.Net;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Rest.Tests;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Server.Tests;

/// <summary>The life of a task over HTTP, on PostgreSQL, with a stop, a kill and new starts in the middle of it.</summary>
public sealed class TaskLifeTests : IAsyncLifetime
{
    private const string Task1 = "/tasks/t1";
    private const string Webhooks = Task1 + "/pushNotificationConfigs";

    private TestDatabase? database;
    private ServerProcess? server;

    private TestDatabase Database => database!;

    private HttpClient Http => server!.Http;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    [Fact]
    public async Task A_task_is_begun_claimed_asked_about_continued_and_completed_over_restarts()
    {
        var submission = Submission("t1", "m1");
        var begun = await Send("POST", "/tasks", submission, 201);
        Assert.Equal(("c1", "TASK_STATE_SUBMITTED", 1), (Text(begun, "contextId"), StateOf(begun), Changes(begun)));
        var before = begun.GetProperty("generation").GetInt64() - 1;
        Assert.True((await Send("POST", "/tasks", submission, 200)).GetProperty("repeated").GetBoolean());
        await using (var events = await EventReader.OpenAsync(Http, Task1 + "/events"))
        {
            Assert.Equal(1, Changes(await events.NextAsync("task")));
            var claimed = await Send("POST", "/agents/weather/tasks:claim", """{"worker":"w1","leaseSeconds":60}""", 200);
            var token = Text(claimed.GetProperty("lease"), "token");
            Assert.Equal(("t1", "m1"), (Text(claimed, "id"), Text(claimed.GetProperty("history")[0], "messageId")));
            await Send("POST", "/agents/weather/tasks:claim", """{"worker":"w2","waitSeconds":0}""", 204);
            Assert.Equal("TASK_STATE_WORKING", StateOf(await events.NextAsync("update")));
            Assert.Equal(2, Changes(await Send("POST", Task1 + ":renew", $$"""{"leaseToken":"{{token}}"}""", 200)));
            await Send(
                "PATCH",
                Task1,
                $$$"""{"state":"input-required","leaseToken":"{{{token}}}","statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"Where?"}]}}""",
                200);
            await Send("POST", Task1 + ":renew", $$"""{"leaseToken":"{{token}}"}""", 409);
            var asked = await events.NextAsync("update");
            Assert.Equal((3, "TASK_STATE_INPUT_REQUIRED"), (Changes(asked), StateOf(asked)));
            Assert.Equal(0, await server!.StopAsync());
            await events.NextAsync("bye");
            Assert.Equal($"{before + 3}", events.LastEventId);
        }

        await StartAsync();
        Assert.Equal(4, Changes(await Send("POST", "/tasks", Submission("t1", "m2"), 200)));
        Assert.True(
            (await Send("POST", Task1 + ":compareAndSet", """{"from":"submitted","to":"working"}""", 200)).GetProperty("updated").GetBoolean());
        var lost = await Send("POST", Task1 + ":compareAndSet", """{"from":"submitted","to":"working"}""", 409);
        Assert.Equal(("TASK_STATE_WORKING", 5), (Text(lost, "state"), Changes(lost, "current_generation")));

        // What came since the start is held, so a reader that knows all up to then misses nothing; one that knows less gets the task anew.
        await using (var near = await EventReader.OpenAsync(Http, Task1 + "/events", ("Last-Event-ID", $"{before + 3}")))
        {
            // The question that waited in the status has joined the history before its answer.
            Assert.Equal("m2", Text((await near.NextAsync("update")).GetProperty("messages")[1], "messageId"));
            Assert.Equal(5, Changes(await near.NextAsync("update")));
            await using var far = await EventReader.OpenAsync(Http, Task1 + "/events", ("Last-Event-ID", $"{before + 2}"));
            var whole = await far.NextAsync("task");
            Assert.Equal((5, 3), (Changes(whole), whole.GetProperty("history").GetArrayLength()));
            var waiting = Send("GET", $"{Task1}?current_generation={before + 5}&wait=30&history_length=1", null, 200);
            await Send("PATCH", Task1, """{"artifacts":[{"artifactId":"a1","parts":[{"text":"No "}]}],"metadata":{"a":1.0}}""", 200);
            var seen = await waiting;
            Assert.Equal((6, "m2"), (Changes(seen), Text(Assert.Single(seen.GetProperty("history").EnumerateArray()), "messageId")));
            Assert.Equal((6, 6), (Changes(await near.NextAsync("update")), Changes(await far.NextAsync("update"))));
            await server!.KillAsync();
        }

        await StartAsync();
        await using (var current = await EventReader.OpenAsync(Http, Task1 + "/events", ("Last-Event-ID", $"{before + 6}")))
        {
            var more = """
                {"state":"completed","artifacts":[{"artifact":{"artifactId":"a1","parts":[{"text":"rain"}]},"append":true,"lastChunk":true}],
                "metadata":{"b":null}}
                """;
            await Send("PATCH", Task1, more, 200);
            Assert.Equal((7, "TASK_STATE_COMPLETED"), await current.NextAsync("update") is var last ? (Changes(last), StateOf(last)) : default);
            await current.EndAsync();
        }

        var over = await Send("POST", Task1 + ":cancel", null, 409);
        Assert.Equal(("TASK_STATE_COMPLETED", 7), (Text(over, "state"), Changes(over, "current_generation")));
        var done = await Send("GET", Task1, null, 200);
        Assert.Equal("""{"a":1.0,"b":null}""", done.GetProperty("metadata").GetRawText());
        Assert.Equal("""[{"text":"No "},{"text":"rain"}]""", done.GetProperty("artifacts")[0].GetProperty("parts").GetRawText());
        Assert.Equal("completed 3 1", await Database.QueryAsync<string>(
            "SELECT state || ' ' || jsonb_array_length(history) || ' ' || (metadata ->> 'a')::numeric::int FROM tasks WHERE id = 't1' AND "
                + "context_id = 'c1'"));
    }

    [Fact]
    public async Task What_belongs_to_a_task_and_its_context_is_kept_listed_and_deleted()
    {
        for (var i = 1; i <= 3; i++)
        {
            await Send("POST", "/tasks", Submission($"t{i}", $"m{i}"), 201);
        }

        await Send("POST", Webhooks, """{"id":"w","url":"https://example.com/hook"}""", 200);
        await Send("POST", "/tasks/t2:cancel", null, 200);
        await Send("POST", "/tasks/t2/feedback", """{"rating":5.0}""", 201);
        await Send("PATCH", "/contexts/c1", """{"data":{"user":"ann"}}""", 200);
        await Send("POST", "/contexts/c1/messages", """{"messages":[{"role":"ROLE_USER","messageId":"n1","parts":[{"text":"x"}]}]}""", 200);
        await server!.KillAsync();
        await StartAsync();

        Assert.Equal("https://example.com/hook", Text(await Send("GET", Webhooks + "/w", null, 200), "url"));
        Assert.Equal(["t1"], Ids(await Send("GET", "/tasks?has_webhook=true", null, 200)));
        Assert.Equal(
            """{"rating":5.0}""",
            (await Send("GET", "/tasks/t2/feedback", null, 200)).GetProperty("feedback")[0].GetProperty("data").GetRawText());
        Assert.Equal("m2", Text((await Send("GET", "/tasks/t2/messages", null, 200)).GetProperty("messages")[0], "messageId"));
        Assert.Equal("n1", Text((await Send("GET", "/contexts/c1/messages", null, 200)).GetProperty("messages")[0], "messageId"));
        Assert.Equal(["t2"], Ids(await Send("GET", "/tasks?state=canceled&agent_id=weather&context_id=c1", null, 200)));
        var (paged, token) = (new List<string>(), "");
        do
        {
            var page = await Send("GET", $"/contexts/c1/tasks?count_total=true&page_size=1&page_token={token}", null, 200);
            Assert.Equal(3, page.GetProperty("totalSize").GetInt32());
            paged.AddRange(Ids(page));
            token = Text(page, "nextPageToken");
        }
        while (token.Length > 0);
        Assert.Equal(["t2", "t3", "t1"], paged);
        var counts = await Send("GET", "/tasks:count?context_id=c1", null, 200);
        Assert.Equal((3, 1), (counts.GetProperty("total").GetInt32(), counts.GetProperty("counts").GetProperty("TASK_STATE_CANCELED").GetInt32()));
        var context = Assert.Single((await Send("GET", "/contexts", null, 200)).GetProperty("contexts").EnumerateArray());
        Assert.Equal(("c1", 3, "ann", 1), (Text(context, "id"), context.GetProperty("taskCount")
            .GetInt32(), Text(context.GetProperty("data"), "user"), context.GetProperty("messageCount").GetInt32()));

        foreach (var (method, path) in ((string, string)[])[("GET", Task1), ("PATCH", Task1), ("GET", Webhooks), ("GET", "/contexts/c1"),
            ("GET", "/contexts/c1/tasks"), ("DELETE", "/contexts/c1")])
        {
            await Send(method, path, method == "PATCH" ? """{"state":"working"}""" : null, 404, subject: "bob");
        }

        Assert.Empty(Ids(await Send("GET", "/tasks?context_id=c1", null, 200, subject: "bob")));
        await using (var events = await EventReader.OpenAsync(Http, "/contexts/c1/events"))
        {
            Assert.Equal(3, Changes(await events.NextAsync("context")));
            await Send("DELETE", Webhooks + "/w", null, 204);
            await Send("DELETE", "/tasks/t3", null, 204);
            Assert.Equal(2, (await Send("POST", "/contexts/c1:clear", null, 200)).GetProperty("deletedTasks").GetInt32());
            Assert.True((await events.NextAsync("update")).GetProperty("cleared").GetBoolean());
            await Send("POST", "/tasks", Submission("t4", "m4"), 201);
            Assert.Equal("t4", Text(await events.NextAsync("update"), "taskId"));
            Assert.Equal(1, (await Send("DELETE", "/contexts/c1", null, 200)).GetProperty("deletedTasks").GetInt32());
            await events.NextAsync("deleted");
        }

        await Send("GET", "/contexts/c1", null, 404);
        Assert.Equal(0L, await Database.QueryAsync<long>(
            "SELECT (SELECT count(*) FROM task_records) + (SELECT count(*) FROM context_records) + (SELECT count(*) FROM feedback_records)"));
    }

    private async Task StartAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        server = await ServerProcess.StartAsync(
            Database.ServerSettings(("REGISTRY_TRUST_CALLER_HEADERS", "true"), ("REGISTRY_DEFAULT_CALLER", "default/default")));
    }

    private async Task<JsonElement> Send(string method, string path, string? body, int status, string? subject = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Body(body) };
        if (subject is not null)
        {
            request.Headers.Add("X-Registry-Subject", subject);
        }

        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{method} {path}: {answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static string Submission(string task, string message) =>
        $$$"""
            {"taskId":"{{{task}}}","contextId":"c1","agentId":"weather","message":{"role":"ROLE_USER","messageId":"{{{message}}}",
            "parts":[{"text":"Rain?"}]}}
            """;

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    /// <summary>How many changes made the generation, from 1 for something new; up to 999.</summary>
    private static int Changes(JsonElement json, string name = "generation") => (int)(json.GetProperty(name).GetInt64() % 1000);

    private static string StateOf(JsonElement json) => Text(json.GetProperty("status"), "state");

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("tasks").EnumerateArray().Select(task => Text(task, "id"));
}
