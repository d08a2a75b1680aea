using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary><c>PUT /tasks/{id}</c>, and writes that answer with the history.</summary>
public sealed class WholeTaskTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task A_task_is_put_as_it_was_read()
    {
        var body = $$$"""
            {"id":"t","contextId":"c","status":{"state":"input-required","timestamp":"2024-05-06t07:08:09.0101Z",
            "message":{{{TaskClient.Message("?")}}}},
             "history":[{{{TaskClient.Message("one", ",\"messageId\":\"m1\"")}}}],"artifacts":[{"artifactId":"a","parts":[{"text":"x"}]}],
             "metadata":{"k":1}}
            """;
        var made = await client.SendAsync("PUT", "/tasks/t?historyLength=5&include_artifacts=true", body, ("If-None-Match", "*"));
        Assert.Equal("/tasks/t", made.Headers.Location?.OriginalString);
        var task = await made.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(
            ("TASK_STATE_INPUT_REQUIRED", "2024-05-06T07:08:09.010Z"),
            (task.GetProperty("status").Text("state"), task.GetProperty("status").Text("timestamp")));
        Assert.Equal((1, 1), (task.GetProperty("history").GetArrayLength(), task.GetProperty("artifacts").GetArrayLength()));
        await (await client.SendAsync("PUT", "/tasks/t", body, ("If-None-Match", "*"))).ProblemAsync(412);

        foreach (var format in (string[])["1.0", "0.3"])
        {
            var read = await (await client.SendAsync("GET", $"/tasks/t?state_format={format}")).JsonAsync();
            var put = await client.SendAsync("PUT", "/tasks/t", read.GetRawText(), ("If-Match", made.One("ETag")));
            Assert.Equal(task.Generation(), (await put.JsonAsync()).Generation());
        }

        await (await client.SendAsync("PUT", "/tasks/t", (await client.GetAsync("/tasks/t?include_artifacts=false")).GetRawText())).ProblemAsync(
            400,
            "artifacts");
        await (await client.SendAsync("PUT", "/tasks/t", (await client.GetAsync("/tasks/t?historyLength=0")).GetRawText())).ProblemAsync(
            400,
            "history");
        await (await client.SendAsync("PUT", "/tasks/t", body, ("If-Match", "\"7\""))).ProblemAsync(412);
        await (await client.SendAsync("PUT", "/tasks/none", body.Replace("\"id\":\"t\",", "", StringComparison.Ordinal), ("If-Match", "*")))
            .ProblemAsync(412);
    }

    [Theory]
    [InlineData("""{"history":[]}""", "status")]
    [InlineData("""{"status":{}}""", "status.state")]
    [InlineData("""{"status":{"state":"none"}}""", "status.state")]
    [InlineData("""{"status":{"state":"working","timestamp":"yesterday"}}""", "status.timestamp")]
    [InlineData("""{"status":{"state":"working","timestamp":"9999-12-31T23:59:59Z"}}""", "status.timestamp")]
    [InlineData("""{"status":{"state":"working","more":1}}""", "status.more")]
    [InlineData("""{"id":"u","status":{"state":"working"}}""", "id")]
    [InlineData("""{"status":{"state":"working"},"history":[{}]}""", "history[0].role")]
    [InlineData("""{"status":{"state":"working"},"artifacts":[{"parts":[{"text":""}]}]}""", "artifacts[0].artifactId")]
    [InlineData(
        """{"status":{"state":"working"},"artifacts":[{"artifactId":"a","parts":[{"text":""}]},{"artifactId":"a","parts":[{"text":""}]}]}""",
        "artifacts[1].artifactId")]
    [InlineData("""{"status":{"state":"working"},"history":[],"historyCount":1}""", "history")]
    [InlineData("""{"status":{"state":"working"},"surprise":1}""", "surprise")]
    public async Task What_is_no_whole_task_is_refused(string body, string field)
    {
        await (await client.SendAsync("PUT", "/tasks/t", body)).ProblemAsync(400, field);
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync("GET", "/tasks/t")).StatusCode);
    }

    [Fact]
    public async Task A_task_that_is_over_takes_a_parameter()
    {
        const string Over = """{"status":{"state":"completed"}}""";
        await (await client.SendAsync("PUT", "/tasks/t", Over)).JsonAsync(HttpStatusCode.Created);
        await (await client.SendAsync("PUT", "/tasks/t", Over)).JsonAsync();
        await (await client.SendAsync("PUT", "/tasks/t", """{"status":{"state":"failed"}}""")).ProblemAsync(409);
        await (await client.SendAsync("PUT", "/tasks/t?replace_final=true", """{"status":{"state":"failed"}}""")).JsonAsync();
        await (await client.SendAsync("PUT", "/tasks/t?replace_final=true", """{"status":{"state":"working"}}""")).ProblemAsync(409);
    }

    [Fact]
    public async Task Every_write_answers_with_the_history_that_is_asked_for()
    {
        var begun = await (await client.SendAsync(
            "POST",
            "/tasks?history_length=0",
            $$"""{"taskId":"t","agentId":"a","message":{{TaskClient.Message("m1")}}}""")).JsonAsync(HttpStatusCode.Created);
        Assert.Single(begun.GetProperty("history").EnumerateArray());
        foreach (var (method, path, body) in new[]
        {
            ("POST", "/tasks", $$"""{"taskId":"t","message":{{TaskClient.Message("m2")}}}"""), ("PATCH", "/tasks/t", """{"state":"working"}"""),
            ("POST", "/tasks/t:compareAndSet", """{"from":"working","to":"submitted"}"""), ("POST", "/tasks/t:cancel", (string?)null),
        })
        {
            var answer = await (await client.SendAsync(method, path + "?history_length=1", body)).JsonAsync();
            answer = answer.TryGetProperty("task", out var task) ? task : answer;
            Assert.Equal("m2", Assert.Single(answer.GetProperty("history").EnumerateArray()).GetProperty("parts")[0].Text("text"));
        }

        var plain = await (await client.SendAsync("POST", "/tasks/t:cancel?historyLength=0")).JsonAsync();
        Assert.False(plain.TryGetProperty("history", out _));
        await (await client.SendAsync("PATCH", "/tasks/t?history_length=x", "{}")).ProblemAsync(400, "history_length");
    }
}
