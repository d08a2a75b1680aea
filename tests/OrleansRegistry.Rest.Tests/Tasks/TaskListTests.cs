using System.Globalization;
using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class TaskListTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Theory]
    [InlineData("/tasks?page_size=0", 100)]
    [InlineData("/tasks?page_size=101", 100)]
    [InlineData("/tasks?pageSize=-1", 100)]
    [InlineData("/tasks/x/messages?page_size=1001", 1000)]
    [InlineData("/tasks/x/artifacts?page_size=0", 1000)]
    [InlineData("/tasks/x/feedback?page_size=0", 1000)]
    [InlineData("/contexts?page_size=101", 100)]
    [InlineData("/contexts/x/messages?pageSize=1001", 1000)]
    [InlineData("/contexts/x/tasks?page_size=101", 100)]
    [InlineData("/agents?page_size=1001", 1000)]
    [InlineData("/extensions?page_size=0", 1000)]
    public async Task A_page_size_that_is_out_of_range_is_refused_with_the_range(string path, int max)
    {
        var problem = await (await client.SendAsync("GET", path)).ProblemAsync(400, "page_size");
        Assert.Equal(
            $"page_size: must be an integer from 1 to {max:N0}, not '{path[(path.IndexOf('=', StringComparison.Ordinal) + 1)..]}'",
            problem.Text("detail"));
    }

    [Fact]
    public async Task A_stable_list_has_a_task_once_that_changes_between_its_pages()
    {
        var me = host.NewTenant();
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add((await me.SubmitAsync($"task {i}")).Text("id"));
        }

        var first = await me.GetAsync("/tasks?stable=true&page_size=2");
        await (await me.SendAsync("PATCH", $"/tasks/{ids[0]}", """{"state":"working"}""")).JsonAsync();
        var rest = await me.GetAsync($"/tasks?stable=true&page_size=10&page_token={first.Text("nextPageToken")}");
        var seen = first.GetProperty("tasks").EnumerateArray().Concat(rest.GetProperty("tasks").EnumerateArray()).Select(task => task.Text("id"));
        Assert.Equal(ids.Order(), seen.Order());
        Assert.Equal("", rest.Text("nextPageToken"));
        await (await me.SendAsync("GET", $"/tasks?page_size=2&page_token={first.Text("nextPageToken")}")).ProblemAsync(400, "page_token");
        await (await me.SendAsync("GET", "/tasks?stable=perhaps")).ProblemAsync(400, "stable");
    }

    [Fact]
    public async Task Pages_are_newest_first_and_whole()
    {
        var ids = new List<string>();
        for (var i = 0; i < 23; i++)
        {
            ids.Add((await client.SubmitAsync($"m{i}")).Text("id"));
        }

        var listed = new List<string>();
        var times = new List<string>();
        var token = "";
        do
        {
            var page = await client.GetAsync($"/tasks?count_total=true&page_size=10&page_token={Uri.EscapeDataString(token)}");
            Assert.Equal((23, 10), (page.Number("totalSize"), page.Number("pageSize")));
            foreach (var task in page.GetProperty("tasks").EnumerateArray())
            {
                Assert.False(task.TryGetProperty("history", out _));
                listed.Add(task.Text("id"));
                times.Add(task.GetProperty("status").Text("timestamp"));
            }

            token = page.Text("nextPageToken");
        }
        while (token.Length > 0);
        Assert.Equal(times.OrderDescending(StringComparer.Ordinal), times);
        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        var all = await client.GetAsync("/tasks");
        Assert.Equal((23, "", 50), (all.GetProperty("tasks").GetArrayLength(), all.Text("nextPageToken"), all.Number("pageSize")));
        Assert.False(all.TryGetProperty("totalSize", out _));
        await (await client.SendAsync("GET", "/tasks?page_token=nonsense")).ProblemAsync(400, "page_token");
    }

    [Fact]
    public async Task Filters()
    {
        var a = await client.SubmitAsync("a", ""","contextId":"c1","agentId":"x" """);
        var b = await client.SubmitAsync("b", ""","contextId":"c1","agentId":"y" """);
        await client.SubmitAsync("c", ""","contextId":"c2" """);
        await client.PatchAsync(a, """{"state":"working"}""");
        var done = await client.PatchAsync(b, """{"state":"completed"}""");
        await (await client.SendAsync("POST", $"/tasks/{a.Text("id")}/pushNotificationConfigs", """{"url":"https://example.com/hook"}"""))
            .JsonAsync();
        var since = Uri.EscapeDataString(done.GetProperty("status").Text("timestamp"));
        var later = Uri.EscapeDataString(DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        foreach (var (query, count) in ((string, int)[])[
            ("", 3), ("?context_id=c1", 2), ("?contextId=c1", 2), ("?context_id=nothing", 0), ("?state=working", 1),
            ("?state=TASK_STATE_WORKING&state=completed", 2),
            ("?status=submitted", 1), ("?agent_id=x", 1), ("?agent_id=z", 0), ($"?status_timestamp_after={since}&state=completed", 1),
            ($"?updated_since={later}", 0),
            ("?has_webhook=true", 1), ("?context_id=c1&state=completed&agent_id=y", 1)])
        {
            var page = await client.GetAsync($"/tasks{query}{(query.Length == 0 ? '?' : '&')}count_total=true");
            Assert.Equal((query, count, count), (query, page.GetProperty("tasks").GetArrayLength(), page.Number("totalSize")));
            Assert.Equal((query, count), (query, (await client.GetAsync("/tasks:count" + query)).Number("total")));
        }

        Assert.Equal(2, (await client.GetAsync("/contexts/c1/tasks?count_total=true")).Number("totalSize"));
        Assert.Equal(1, (await client.GetAsync("/contexts/c1/tasks?state=working&count_total=true")).Number("totalSize"));
        await (await client.SendAsync("GET", "/contexts/nothing/tasks")).ProblemAsync(404, "context_id");
    }

    [Fact]
    public async Task Counts_name_every_state()
    {
        var task = await client.SubmitAsync();
        await client.SubmitAsync();
        await client.PatchAsync(task, """{"state":"auth-required"}""");
        var json = await client.GetAsync("/tasks:count");
        Assert.Equal(2, json.Number("total"));
        var counts = json.GetProperty("counts");
        Assert.Equal(8, counts.EnumerateObject().Count());
        Assert.Equal(
            (1, 1, 0),
            (counts.Number("TASK_STATE_SUBMITTED"), counts.Number("TASK_STATE_AUTH_REQUIRED"), counts.Number("TASK_STATE_FAILED")));
    }

    [Fact]
    public async Task History_and_artifacts_are_there_where_they_are_asked_for()
    {
        var task = await client.SubmitAsync("first");
        await client.PatchAsync(
            task,
            $$"""{"messages":[{{TaskClient.Message("second")}}],"artifacts":[{"artifactId":"a","parts":[{"text":"x"}]}]}""");
        foreach (var (query, messages, artifacts) in ((string, int, int)[])[
            ("", 0, 0), ("?history_length=1", 1, 0), ("?history_length=0", 2, 0), ("?include_artifacts=true", 0, 1),
            ("?history_length=5&include_artifacts=true", 2, 1),
            ("?include_artifacts=false", 0, 0)])
        {
            var listed = (await client.GetAsync("/tasks" + query)).GetProperty("tasks")[0];
            Assert.Equal(
                (query, messages, artifacts),
                (query,
                    listed.TryGetProperty("history", out var history) ? history.GetArrayLength() : 0,
                    listed.TryGetProperty("artifacts", out var found) ? found.GetArrayLength() : 0));
            Assert.Equal((2, 1), (listed.Number("historyCount"), listed.Number("artifactCount")));
        }
    }

    [Fact]
    public async Task Clear_all_deletes_what_the_caller_owns()
    {
        var other = client with { Subject = "other" };
        await client.SubmitAsync();
        await client.SubmitAsync();
        await other.SubmitAsync();
        var json = await (await client.SendAsync("DELETE", "/tasks?confirm=true")).JsonAsync();
        Assert.Equal((2, 2, false), (json.Number("deletedTasks"), json.Number("deletedContexts"), json.GetProperty("running").GetBoolean()));
        Assert.Equal(json.GetRawText(), (await client.GetAsync("/tasks:clearing")).GetRawText());
        Assert.Equal(0, (await other.GetAsync("/tasks:clearing")).Number("deletedTasks"));
        Assert.Equal(0, (await client.GetAsync("/tasks?count_total=true")).Number("totalSize"));
        Assert.Empty((await client.GetAsync("/contexts")).GetProperty("contexts").EnumerateArray());
        Assert.Equal(1, (await other.GetAsync("/tasks?count_total=true")).Number("totalSize"));
    }

    [Fact]
    public async Task Feedback_is_kept_in_order_and_byte_for_byte()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}/feedback";
        for (var i = 1; i <= 5; i++)
        {
            var stored = await (await client.SendAsync("POST", path, $$"""{ "rating" : {{i}}.0 }""")).JsonAsync(HttpStatusCode.Created);
            Assert.Equal((i, "default"), (stored.Number("number"), stored.Text("subject")));
            Assert.EndsWith("Z", stored.Text("createdAt"), StringComparison.Ordinal);
        }

        var first = await client.GetAsync(path + "?page_size=3");
        Assert.Equal(5, first.Number("totalSize"));
        var rest = await client.GetAsync($"{path}?page_size=3&page_token={Uri.EscapeDataString(first.Text("nextPageToken"))}");
        Assert.Equal("", rest.Text("nextPageToken"));
        Assert.Equal(
            Enumerable.Range(1, 5).Select(i => $$"""{ "rating" : {{i}}.0 }"""),
            first.GetProperty("feedback").EnumerateArray().Concat(rest.GetProperty("feedback").EnumerateArray())
                .Select(item => item.GetProperty("data").GetRawText()));
        foreach (var body in (string[])["[]", "7", "null", "{", "", """{"a":1,"a":2}"""])
        {
            await (await client.SendAsync("POST", path, body)).ProblemAsync(400);
        }

        await (await client.SendAsync("POST", "/tasks/nobody/feedback", "{}")).ProblemAsync(404);
        await (await client.SendAsync("GET", "/tasks/nobody/feedback")).ProblemAsync(404);
        Assert.Equal(5, (await client.GetAsync(path)).Number("totalSize"));
    }

    [Fact]
    public async Task Webhooks_are_saved_got_listed_and_deleted()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}/pushNotificationConfigs";
        var made = await (await client.SendAsync("POST", path, """{ "url" : "https://example.com/a" , "n":1.0 }""")).JsonAsync();
        Assert.Equal((task.Text("id"), "https://example.com/a", "1.0"), (made.Text("taskId"), made.Text("url"), made.GetProperty("n").GetRawText()));
        await (await client.SendAsync("POST", path, """{"id":"a/b","taskId":"other","url":"https://example.com/1","token":"t"}""")).JsonAsync();
        var replaced = await (await client.SendAsync("POST", path, """{"id":"a/b","url":"https://example.com/2"}""")).JsonAsync();
        Assert.Equal("a/b", replaced.Text("id"));

        var list = await client.GetAsync(path);
        Assert.Equal((2, ""), (list.GetProperty("configs").GetArrayLength(), list.Text("nextPageToken")));
        Assert.Equal(replaced.GetRawText(), (await client.GetAsync(path + "/a%2Fb")).GetRawText());
        Assert.Equal(Sent(made), Sent(await client.GetAsync($"{path}/{made.Text("id")}")));
        await (await client.SendAsync("GET", path + "/nothing")).ProblemAsync(404, "config_id");
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", path + "/a%2Fb")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", path + "/a%2Fb")).StatusCode);
        Assert.Equal(Sent(made), Sent(Assert.Single((await client.GetAsync(path)).GetProperty("configs").EnumerateArray())));

        foreach (var body in (string[])["{}", "[]", """{"url":7}""", """{"url":""}""", """{"url":"https://e.com","id":7}""", "{", "null"])
        {
            await (await client.SendAsync("POST", path, body)).ProblemAsync(400);
        }

        await (await client.SendAsync("POST", "/tasks/nobody/pushNotificationConfigs", """{"url":"https://example.com/a"}""")).ProblemAsync(404);
        await (await client.SendAsync("GET", "/tasks/nobody/pushNotificationConfigs/a")).ProblemAsync(404);

        // How far its delivery is moves on.
        static string Sent(JsonElement webhook)
        {
            var sent = webhook.EnumerateObject().Where(member => member.Name != "delivered");
            return string.Join(',', sent.Select(member => $"{member.Name}:{member.Value.GetRawText()}"));
        }
    }

    [Fact]
    public async Task A_webhook_is_shown_without_credentials_and_with_what_became_of_it()
    {
        var task = await client.SubmitAsync();
        var id = task.Text("id");
        var path = $"/tasks/{id}/pushNotificationConfigs";
        var made = await (await client.SendAsync("POST", path, """
            {"id":"w","url":"http://localhost:1/","token":"t","failure":"mine","authentication":{"scheme":"Bearer","credentials":"hidden"}}
            """)).JsonAsync();
        Assert.Equal(
            ("""{"scheme":"Bearer"}""", "t", task.Generation() + 1),
            (made.GetProperty("authentication").GetRawText(), made.Text("token"), made.GetProperty("delivered").GetInt64()));
        Assert.False(made.TryGetProperty("failure", out _));
        await (await client.SendAsync("PATCH", $"/tasks/{id}", """{"state":"completed"}""")).JsonAsync();
        var shown = await client.GetAsync(path + "/w");
        for (var tries = 0; !shown.TryGetProperty("failure", out _); tries++)
        {
            Assert.InRange(tries, 0, 3_000);
            await Task.Delay(10, TestContext.Current.CancellationToken);
            shown = await client.GetAsync(path + "/w");
        }

        Assert.Equal(1, shown.GetProperty("failure").Number("attempts"));
        Assert.Contains("not sent", shown.GetProperty("failure").Text("reason"), StringComparison.Ordinal);
        Assert.EndsWith("Z", shown.GetProperty("failure").Text("at"), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", (await client.GetAsync(path)).GetRawText(), StringComparison.Ordinal);
        var failed = (await client.GetAsync("/tasks?has_failed_webhook=true")).GetProperty("tasks").EnumerateArray();
        Assert.Contains(id, failed.Select(one => one.Text("id")));
        await (await client.SendAsync("GET", "/tasks?has_failed_webhook=false")).ProblemAsync(400, "has_failed_webhook");
    }

    [Fact]
    public async Task A_long_deletion_of_all_is_answered_before_it_is_done_and_can_be_followed()
    {
        var clearing = new LongClearing();
        await using var host = await RestHost.StartAsync(tasks: clearing);
        var begun = await (await host.Client.SendAsync("DELETE", "/tasks?confirm=true")).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal("""{"running":true,"deletedTasks":70,"deletedContexts":7}""", begun.GetRawText());
        Assert.InRange(clearing.Patience!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal(begun.GetRawText(), (await (await host.Client.SendAsync("GET", "/tasks:clearing")).JsonAsync()).GetRawText());

        clearing.Progress = new TaskClearing(Running: false, 100, 10);
        var done = await (await host.Client.SendAsync("DELETE", "/tasks?confirm=true")).JsonAsync();
        Assert.Equal("""{"running":false,"deletedTasks":100,"deletedContexts":10}""", done.GetRawText());
    }

    private sealed class LongClearing() : RefusingTasks(new NotSupportedException())
    {
        public TaskClearing Progress { get; set; } = new(Running: true, 70, 7);

        public TimeSpan? Patience { get; private set; }

        public override Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default)
        {
            Patience = wait;
            return GetClearingAsync(caller, cancellationToken);
        }

        public override Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default) =>
            Task.FromResult(Progress);
    }
}
