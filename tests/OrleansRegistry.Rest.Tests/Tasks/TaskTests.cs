using System.Net;

namespace OrleansRegistry.Rest.Tests;

public sealed class TaskTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task Submit_begins_a_task_and_says_where_it_is()
    {
        var response = await client.SendAsync(
            "POST",
            "/tasks",
            $$"""{"message":{{TaskClient.Message("hello")}},"agentId":"weather","metadata":{"a":1} }""");
        var json = await response.JsonAsync(HttpStatusCode.Created);
        var id = json.Text("id");
        Assert.Equal($"/tasks/{id}", response.Headers.Location?.OriginalString);
        Assert.Equal($"\"{json.Generation()}\"", response.One("ETag"));
        Assert.Equal("TASK_STATE_SUBMITTED", json.GetProperty("status").Text("state"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", json.GetProperty("status").Text("timestamp"));
        Assert.Equal(json.Text("createdAt"), json.Text("updatedAt"));
        Assert.Equal((1, 1, 0), (json.Changes(), json.Number("historyCount"), json.Number("artifactCount")));
        Assert.Equal(("weather", "default"), (json.Text("agentId"), json.Text("owner")));
        Assert.Equal("""{"a":1}""", json.GetProperty("metadata").GetRawText());
        Assert.False(json.TryGetProperty("lease", out _));
        Assert.False(json.TryGetProperty("kind", out _));
        Assert.False(json.TryGetProperty("repeated", out _));

        var read = await client.GetAsync($"/tasks/{id}");
        var message = Assert.Single(read.GetProperty("history").EnumerateArray());
        Assert.Equal("hello", message.GetProperty("parts")[0].Text("text"));
        Assert.Equal(TaskClient.Message("hello"), message.GetRawText());
        Assert.False(read.TryGetProperty("artifacts", out _));
    }

    [Fact]
    public async Task What_was_sent_comes_back_byte_for_byte()
    {
        var message = """
            { "messageId":"m",  "role" : "agent", "n": 1.50e+2, "taskId":"t","contextId":"c", "parts":[ {"text":"ü \u00e9 \"q\" 😀 \n"} ,
            {"data":[1,null]}], "more":{"x" :  true} }
            """;
        var artifact = """{ "artifactId":"a", "parts":[{"raw":"AA=="}],  "n":0.10 }""";
        var status = """{"role":"ROLE_AGENT", "parts":[{"text":"on it"}], "messageId":"s", "taskId":"t","contextId":"c"}""";
        await (await client.SendAsync("POST", "/tasks", $$"""{"message":{{message}},"metadata":{ "k" : [ ] } }""")).JsonAsync(HttpStatusCode.Created);
        await (await client.SendAsync("PATCH", "/tasks/t", $$"""{"artifacts":[{{artifact}}],"state":"working","statusMessage":{{status}}}"""))
            .JsonAsync();
        var json = await client.GetAsync("/tasks/t");
        Assert.Equal(message, json.GetProperty("history")[0].GetRawText());
        Assert.Equal(artifact, json.GetProperty("artifacts")[0].GetRawText());
        Assert.Equal(status, json.GetProperty("status").GetProperty("message").GetRawText());
        Assert.Equal("{ \"k\" : [ ] }", json.GetProperty("metadata").GetRawText());
        Assert.Equal(message, (await client.GetAsync("/tasks/t/messages")).GetProperty("messages")[0].GetRawText());
    }

    [Fact]
    public async Task The_same_message_sent_twice_is_one_task()
    {
        var body = $$"""{"message":{{TaskClient.Message("once", ""","messageId":"m1" """)}}}""";
        var first = await (await client.SendAsync("POST", "/tasks", body)).JsonAsync(HttpStatusCode.Created);
        var second = await (await client.SendAsync("POST", "/tasks", body)).JsonAsync();
        Assert.True(second.GetProperty("repeated").GetBoolean());
        Assert.Equal((first.Text("id"), 1), (second.Text("id"), second.Changes()));

        var keyed = $$"""{"message":{{TaskClient.Message("once")}}}""";
        var third = await (await client.SendAsync("POST", "/tasks", keyed, ("Idempotency-Key", "k"))).JsonAsync(HttpStatusCode.Created);
        var fourth = await (await client.SendAsync("POST", "/tasks", keyed, ("Idempotency-Key", "k"))).JsonAsync();
        Assert.Equal(third.Text("id"), fourth.Text("id"));
        Assert.Equal(2, (await client.GetAsync("/tasks?count_total=true")).Number("totalSize"));
    }

    [Theory]
    [InlineData("taskId")]
    [InlineData("task_id")]
    public async Task A_task_that_is_not_over_goes_on(string name)
    {
        var task = await client.SubmitAsync();
        await client.PatchAsync(task, """{"state":"input-required"}""");
        var body = $$"""{"{{name}}":"{{task.Text("id")}}","message":{{TaskClient.Message("more")}}}""";
        var json = await (await client.SendAsync("POST", "/tasks", body)).JsonAsync();
        Assert.Equal((3, 2), (json.Changes(), json.Number("historyCount")));
        Assert.Equal("TASK_STATE_SUBMITTED", json.GetProperty("status").Text("state"));
        Assert.Equal(task.Text("contextId"), json.Text("contextId"));

        var elsewhere = $$"""{"{{name}}":"{{task.Text("id")}}","contextId":"another","message":{{TaskClient.Message("more")}}}""";
        await (await client.SendAsync("POST", "/tasks", elsewhere)).ProblemAsync(400);
        await (await client.SendAsync("POST", "/tasks", body, ("If-Match", $"\"{task.Generation()}\""))).ProblemAsync(412);
    }

    [Fact]
    public async Task Nothing_changes_a_task_that_is_over_and_the_refusal_says_what_to_do()
    {
        var task = await client.SubmitAsync();
        var id = task.Text("id");
        await client.PatchAsync(task, """{"state":"TASK_STATE_COMPLETED"}""");
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("POST", "/tasks", $$"""{"taskId":"{{id}}","message":{{TaskClient.Message("more")}}}"""),
            ("PATCH", $"/tasks/{id}", """{"state":"working"}"""),
            ("PATCH", $"/tasks/{id}", """{"metadata":{}}"""),
            ("PATCH", $"/tasks/{id}", $$"""{"messages":[{{TaskClient.Message("late")}}]}"""),
            ("PATCH", $"/tasks/{id}", """{"artifacts":[{"artifactId":"a","parts":[{"text":"x"}]}]}"""),
            ("POST", $"/tasks/{id}:cancel", null),
            ("POST", $"/tasks/{id}:compareAndSet", """{"from":"completed","to":"working"}""")])
        {
            var problem = await (await client.SendAsync(method, path, body)).ProblemAsync(409);
            Assert.Equal("TASK_STATE_COMPLETED", problem.Text("state"));
            Assert.Contains("referenceTaskIds", problem.Text("detail"), StringComparison.Ordinal);
        }

        Assert.Equal("completed", (await (await client.SendAsync("POST", $"/tasks/{id}:cancel?state_format=0.3")).ProblemAsync(409)).Text("state"));
        Assert.Equal(2, (await client.GetAsync($"/tasks/{id}")).Changes());
        await (await client.SendAsync("POST", $"/tasks/{id}/feedback", "{}")).JsonAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_update_does_all_at_once()
    {
        var task = await client.SubmitAsync(more: ""","metadata":{"a":1,"b":{"x":1}}""");
        var json = await client.PatchAsync(task, $$"""
            {"state":"working","status_message":{{TaskClient.Message("on it")}},"messages":[{{TaskClient.Message("one")}},
            {{TaskClient.Message("two")}}],
             "artifacts":[{"artifactId":"a","name":"A","parts":[{"text":"1"}]},{"artifact":{"artifactId":"a","parts":[{"text":"2"}]},"append":true,
             "last_chunk":false}],
             "metadata":{"b":{"y":2},"c":null},"if_state":"submitted","if_generation_match":{{task.Generation()}}}
            """);
        Assert.Equal((2, 3, 1), (json.Changes(), json.Number("historyCount"), json.Number("artifactCount")));
        Assert.Equal("""{"a":1,"b":{"y":2},"c":null}""", json.GetProperty("metadata").GetRawText());
        var read = await client.GetAsync($"/tasks/{task.Text("id")}");
        Assert.Equal(["1", "2"], read.GetProperty("artifacts")[0].GetProperty("parts").EnumerateArray().Select(part => part.Text("text")));
        Assert.Equal("on it", read.GetProperty("status").GetProperty("message").GetProperty("parts")[0].Text("text"));
        Assert.False((await client.GetAsync($"/tasks/{task.Text("id")}?include_artifacts=false")).TryGetProperty("artifacts", out _));

        var other = await client.PatchAsync(
            task,
            """{"artifacts":[{"artifactId":"a","parts":[{"text":"new"}]},{"artifactId":"b","parts":[{"text":"b"}]}]}""");
        Assert.Equal(2, other.Number("artifactCount"));
        Assert.Equal("new", (await client.GetAsync($"/tasks/{task.Text("id")}")).GetProperty("artifacts")[0].GetProperty("parts")[0].Text("text"));
    }

    [Fact]
    public async Task Compare_and_set_changes_what_is_as_expected_only()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}:compareAndSet";
        var json = await (await client.SendAsync("POST", path, """{"from":"submitted","to":"TASK_STATE_WORKING"}""")).JsonAsync();
        Assert.True(json.GetProperty("updated").GetBoolean());
        Assert.Equal("TASK_STATE_WORKING", json.GetProperty("task").GetProperty("status").Text("state"));
        var problem = await (await client.SendAsync("POST", path, """{"ifState":"submitted","state":"completed"}""")).ProblemAsync(409);
        Assert.Equal(("TASK_STATE_WORKING", 2), (problem.Text("state"), problem.Changes("current_generation")));
        await (await client.SendAsync("POST", "/tasks/nobody:compareAndSet", """{"from":"submitted","to":"working"}""")).ProblemAsync(404);
    }

    [Fact]
    public async Task Of_cancel_and_complete_one_wins()
    {
        for (var i = 0; i < 10; i++)
        {
            var task = await client.SubmitAsync();
            var path = $"/tasks/{task.Text("id")}";
            var cancel = client.SendAsync("POST", path + ":cancel");
            var complete = client.SendAsync("PATCH", path, """{"state":"completed"}""");
            var statuses = (await Task.WhenAll(cancel, complete)).Select(response => response.StatusCode).Order();
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], statuses);
            Assert.Equal(2, (await client.GetAsync(path)).Changes());
        }
    }

    [Theory]
    [InlineData("""{"message":{}}""", 400, "message.role")]
    [InlineData("""{"message":"x"}""", 400, "message")]
    [InlineData("""{"message":[]}""", 400, "message")]
    [InlineData("""{"message":{"role":"user"}}""", 400, "message.parts")]
    [InlineData("""{"message":{"role":"user","parts":[]}}""", 400, "message.parts")]
    [InlineData("""{"message":{"role":"user","parts":[null]}}""", 400, "message.parts[0]")]
    [InlineData("""{"message":{"role":"user","parts":[{"text":7}]}}""", 400, "message.parts[0].text")]
    [InlineData("""{"message":{"role":"user","parts":[{"text":"x","url":"y"}]}}""", 400, "message.parts[0]")]
    [InlineData("""{"message":{"role":"system","parts":[{"text":"x"}]}}""", 400, "message.role")]
    [InlineData("""{"message":{"role":"user","role":"user","parts":[{"text":"x"}]}}""", 400, "message")]
    [InlineData("""{"message":{"role":"user","parts":[{"text":"x"}],"taskId":"a"},"taskId":"b"}""", 400, null)]
    [InlineData("""{"message":{"role":"user","parts":[{"text":"x"}]},"taskId":"a\u0000b"}""", 400, null)]
    [InlineData("""{"message":{"role":"user","parts":[{"text":"x"}]},"metadata":[]}""", 400, "metadata")]
    public async Task A_bad_submission_is_refused_and_nothing_is_stored(string body, int status, string? field)
    {
        await (await client.SendAsync("POST", "/tasks", body)).ProblemAsync(status, field);
        Assert.Equal(0, (await client.GetAsync("/tasks?count_total=true")).Number("totalSize"));
        Assert.Empty((await client.GetAsync("/contexts")).GetProperty("contexts").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"messages":[null]}""")]
    [InlineData("""{"messages":[{"role":"user","parts":[{"text":"ok"}]},7]}""")]
    [InlineData("""{"artifacts":[null]}""")]
    [InlineData("""{"artifacts":[{"parts":[{"text":"x"}]}]}""")]
    [InlineData("""{"artifacts":[{"artifact":{"artifactId":"a"}}]}""")]
    [InlineData("""{"statusMessage":{"role":"user"}}""")]
    [InlineData("""{"metadata":7}""")]
    public async Task A_bad_update_is_refused_and_nothing_is_changed(string body)
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        await (await client.SendAsync("PATCH", path, body)).ProblemAsync(400);
        Assert.Equal(1, (await client.GetAsync(path)).Changes());
    }

    [Fact]
    public async Task Ids_and_documents_that_are_too_large_are_refused()
    {
        var longId = new string('x', 10_000);
        await (await client.SendAsync("POST", "/tasks", $$"""{"taskId":"{{longId}}","message":{{TaskClient.Message("x")}}}""")).ProblemAsync(400);
        await (await client.SendAsync("POST", "/tasks", $$"""{"message":{{TaskClient.Message("x", $",\"messageId\":\"{longId}\"")}}}"""))
            .ProblemAsync(400, "message.messageId");
        Assert.Equal(400, (int)(await client.SendAsync("GET", "/tasks/" + new string('x', 300))).StatusCode);
        var big = TaskClient.Message(new string('x', 1024 * 1024));
        await (await client.SendAsync("POST", "/tasks", $$"""{"message":{{big}}}""")).ProblemAsync(413, "message");
        var task = await client.SubmitAsync(new string('y', 1000 * 1024));
        await (await client.SendAsync("PATCH", $"/tasks/{task.Text("id")}", $$"""{"messages":[{{big}}]}""")).ProblemAsync(413);
        Assert.Equal(
            1000 * 1024,
            (await client.GetAsync($"/tasks/{task.Text("id")}")).GetProperty("history")[0].GetProperty("parts")[0].Text("text").Length);
    }

    [Fact]
    public async Task A_task_that_is_deleted_is_gone()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        await (await client.SendAsync("POST", path + "/feedback", """{"rating":5}""")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", path)).StatusCode);
        foreach (var (method, suffix) in ((string, string)[])[
            ("GET", ""), ("GET", "/messages"), ("GET", "/owner"), ("GET", "/events"), ("GET", "/feedback"), ("GET", "/pushNotificationConfigs"),
            ("DELETE", ""), ("POST", ":cancel")])
        {
            await (await client.SendAsync(method, path + suffix)).ProblemAsync(404);
        }
    }
}
