using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Requests that are sent again.</summary>
public sealed class IdempotencyTests(TrustingHost host)
{
    private const string Header = "Idempotency-Key";

    private readonly TaskClient client = host.NewTenant();

    [Theory]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"other"}]},"agentId":"weather","metadata":{"a":1}}""", "message")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hello"}]},"agentId":"another","metadata":{"a":1}}""", "agentId")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hello"}]},"metadata":{"a":1}}""", "agentId")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hello"}]},"agentId":"weather"}""", "metadata")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hello"}]},"agentId":"weather","metadata":{"a":2}}""", "metadata")]
    public async Task A_message_id_with_another_request_is_409_and_says_what_differs(string other, string differs)
    {
        var first = """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hello"}]},"agentId":"weather","metadata":{"a":1}}""";
        var task = await (await client.SendAsync("POST", "/tasks", first)).JsonAsync(HttpStatusCode.Created);
        var problem = await (await client.SendAsync("POST", "/tasks", other)).ProblemAsync(409);
        Assert.Contains(differs, problem.Text("detail"), StringComparison.Ordinal);

        var spelt =
            """{ "agent_id":"weather", "metadata":{ "a" : 1 }, "message":{"parts":[{"text":"\u0068ello"}],"role":"ROLE_USER","messageId":"m"} }""";
        var again = await (await client.SendAsync("POST", "/tasks", spelt)).JsonAsync();
        Assert.True(again.GetProperty("repeated").GetBoolean());
        Assert.Equal((task.Text("id"), 1), (again.Text("id"), again.Changes()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    public async Task A_message_is_compared_wherever_it_is_stored(int later)
    {
        var body = Send("m0", "first");
        await (await client.SendAsync("POST", "/tasks", body)).JsonAsync(HttpStatusCode.Created);
        for (var i = 1; i <= later; i++)
        {
            await (await client.SendAsync("POST", "/tasks", Send($"m{i}", $"n{i}"))).JsonAsync();
        }

        foreach (var i in (int[])[0, later / 2, later])
        {
            var text = i == 0 ? "first" : $"n{i}";
            Assert.True((await (await client.SendAsync("POST", "/tasks", Send($"m{i}", text))).JsonAsync()).GetProperty("repeated").GetBoolean());
            await (await client.SendAsync("POST", "/tasks", Send($"m{i}", text + "!"))).ProblemAsync(409);
            await (await client.SendAsync("PATCH", "/tasks/t", $$"""{"messages":[{{Message($"m{i}", "another")}}]}""")).ProblemAsync(409);
            Assert.Equal(later + 1, (await (await client.SendAsync("PATCH", "/tasks/t", $$"""{"messages":[{{Message($"m{i}", text)}}]}"""))
                .JsonAsync()).Number("historyCount"));
        }

        static string Send(string id, string text) => $$"""{"taskId":"t","message":{{Message(id, text)}}}""";
    }

    [Fact]
    public async Task A_contexts_messages_are_compared_too()
    {
        var first = $$"""{"message":{{Message("m", "one")}}}""";
        await (await client.SendAsync("POST", "/contexts/c/messages", first)).JsonAsync();
        Assert.Equal(1, (await (await client.SendAsync("POST", "/contexts/c/messages", first)).JsonAsync()).Number("messageCount"));
        await (await client.SendAsync("POST", "/contexts/c/messages", $$"""{"message":{{Message("m", "two")}}}""")).ProblemAsync(409);
        await (await client.SendAsync("POST", "/contexts/c/messages", $$"""{"messages":[{{Message("n", "1")}},{{Message("n", "2")}}]}"""))
            .ProblemAsync(409);
    }

    [Fact]
    public async Task A_key_of_a_submission_stands_for_one_request()
    {
        var body = $$"""{"message":{{TaskClient.Message("once")}}}""";
        var first = await (await client.SendAsync("POST", "/tasks", body, (Header, "k"))).JsonAsync(HttpStatusCode.Created);
        var again = await (await client.SendAsync("POST", "/tasks", body, (Header, "k"))).JsonAsync();
        Assert.True(again.GetProperty("repeated").GetBoolean());
        Assert.Equal(first.Text("id"), again.Text("id"));
        foreach (var (other, differs) in ((string, string)[])
            [
                ($$"""{"message":{{TaskClient.Message("twice")}}}""", "message"),
                ($$"""{"message":{{TaskClient.Message("once")}},"contextId":"elsewhere"}""", "contextId"),
                ($$"""{"message":{{TaskClient.Message("once")}},"agentId":"weather"}""", "agentId"),
                ($$"""{"message":{{TaskClient.Message("once")}},"metadata":{"a":1} }""", "metadata"),
            ])
        {
            var problem = await (await client.SendAsync("POST", "/tasks", other, (Header, "k"))).ProblemAsync(422);
            Assert.Equal(Header, problem.Text("field"));
            Assert.Contains(differs, problem.Text("detail"), StringComparison.Ordinal);
        }

        await (await client.SendAsync("GET", "/contexts/elsewhere")).ProblemAsync(404);
        var somebody = client with { Subject = "somebody" };
        var theirs = await (await somebody.SendAsync("POST", "/tasks", body, (Header, "k"))).JsonAsync(HttpStatusCode.Created);
        Assert.NotEqual(first.Text("id"), theirs.Text("id"));
    }

    [Fact]
    public async Task A_key_of_a_write_of_a_task_stands_for_one_request()
    {
        await client.SubmitAsync("hello", ""","taskId":"t" """);
        var chunk = """{"artifacts":[{"artifact":{"artifactId":"a","parts":[{"text":"x"}]},"append":true}]}""";
        await TwiceAsync("PATCH", "/tasks/t", chunk, chunk.Replace("\"x\"", "\"y\"", StringComparison.Ordinal), "artifacts");
        Assert.Single((await client.GetAsync("/tasks/t")).GetProperty("artifacts")[0].GetProperty("parts").EnumerateArray());
        await TwiceAsync(
            "POST",
            "/tasks/t:compareAndSet",
            """{"from":"submitted","to":"working"}""",
            """{"from":"working","to":"completed"}""",
            "state",
            wrapped: true);
        await TwiceAsync(
            "POST",
            "/tasks/t/pushNotificationConfigs",
            """{"url":"http://a.example"}""",
            """{"url":"http://b.example"}""",
            "config",
            flagged: false);
        Assert.Single((await client.GetAsync("/tasks/t/pushNotificationConfigs")).GetProperty("configs").EnumerateArray());
        await TwiceAsync("POST", "/tasks/t/feedback", """{"stars":5}""", """{"stars":1}""", "data", HttpStatusCode.Created, flagged: false);
        Assert.Single((await client.GetAsync("/tasks/t/feedback")).GetProperty("feedback").EnumerateArray());
        await TwiceAsync("POST", "/tasks/t:cancel", null, null, "");
        await (await client.SendAsync("PATCH", "/tasks/t", chunk, (Header, "/tasks/t:cancel"))).ProblemAsync(422);
        await TwiceAsync("DELETE", "/tasks/t", null, null, "", HttpStatusCode.NoContent, flagged: false);
    }

    [Fact]
    public async Task A_key_of_a_write_of_a_context_stands_for_one_request()
    {
        await TwiceAsync("PATCH", "/contexts/c", """{"data":{"a":1}}""", """{"data":{"a":2}}""", "data");
        await TwiceAsync(
            "POST",
            "/contexts/c/messages",
            $$"""{"message":{{TaskClient.Message("1")}}}""",
            $$"""{"message":{{TaskClient.Message("2")}}}""",
            "messages");
        Assert.Equal(1, (await client.GetAsync("/contexts/c")).Number("messageCount"));
        await client.SubmitAsync("hello", ""","contextId":"c" """);
        Assert.Equal(1, (await (await client.SendAsync("POST", "/contexts/c:clear", null, (Header, "clear"))).JsonAsync()).Number("deletedTasks"));
        await client.SubmitAsync("hello", ""","contextId":"c" """);
        Assert.Equal(1, (await (await client.SendAsync("POST", "/contexts/c:clear", null, (Header, "clear"))).JsonAsync()).Number("deletedTasks"));
        Assert.Equal(1, (await client.GetAsync("/contexts/c")).Number("taskCount"));
        await TwiceAsync("DELETE", "/contexts/c", null, null, "", flagged: false);
    }

    [Fact]
    public async Task A_key_of_a_write_of_an_agent_stands_for_one_request()
    {
        await TwiceAsync("POST", "/agents", TestHttp.Card("a"), TestHttp.Card("a", ",\"x\":1"), "agent_card");
        await TwiceAsync("PUT", "/agents/b", TestHttp.Card("b"), TestHttp.Card("b", ",\"x\":1"), "agent_card", HttpStatusCode.Created);
        await TwiceAsync("PATCH", "/agents/a", """{"enabled":false}""", """{"enabled":true}""", "enabled");
        await TwiceAsync("POST", "/agents/a:enable", null, null, "", flagged: false);
        await (await client.SendAsync("POST", "/agents/a:disable", null, (Header, "/agents/a:enable"))).ProblemAsync(422);
        var tag = (await client.SendAsync("GET", "/agents/a")).One("ETag");
        foreach (var match in (string[])[tag!, $"\"x\", {tag}", "*"])
        {
            await (await client.SendAsync(
                "PATCH",
                "/agents/a",
                """{"enabled":false}""",
                (Header, "if" + match.Length),
                ("If-Match", match == "*" ? "*" : (await client.SendAsync("GET", "/agents/a")).One("ETag")!))).JsonAsync();
            Assert.True((await (await client.SendAsync(
                "PATCH",
                "/agents/a",
                """{"enabled":false}""",
                (Header, "if" + match.Length),
                ("If-Match", match))).JsonAsync()).GetProperty("repeated").GetBoolean());
        }

        var batch = $$"""{"agents":[{{TestHttp.Card("c")}},{{TestHttp.Card("d")}}]}""";
        var first = await (await client.SendAsync("POST", "/agents:batch", batch, (Header, "batch"))).JsonAsync();
        var again = await (await client.SendAsync("POST", "/agents:batch", batch, (Header, "batch"))).JsonAsync();
        Assert.Equal(first.GetProperty("results")[0].Number("revision"), again.GetProperty("results")[0].Number("revision"));
        Assert.True(again.GetProperty("results")[1].GetProperty("repeated").GetBoolean());
        await TwiceAsync("DELETE", "/agents/a", null, null, "", flagged: false);
    }

    [Fact]
    public async Task A_claim_with_a_key_gets_the_same_task_while_its_lease_lasts()
    {
        await client.SubmitAsync("1", ""","agentId":"w" """);
        await client.SubmitAsync("2", ""","agentId":"w" """);
        var body = """{"worker":"w1","waitSeconds":0}""";
        var first = await (await client.SendAsync("POST", "/agents/w/tasks:claim", body, (Header, "k"))).JsonAsync();
        var again = await (await client.SendAsync("POST", "/agents/w/tasks:claim", body, (Header, "k"))).JsonAsync();
        Assert.Equal(first.Text("id"), again.Text("id"));
        Assert.Equal(first.GetProperty("lease").Text("token"), again.GetProperty("lease").Text("token"));
        await (await client.SendAsync("POST", "/agents/w/tasks:claim", """{"worker":"w2","waitSeconds":0}""", (Header, "k"))).ProblemAsync(422);
        var release = $$"""{"leaseToken":"{{first.GetProperty("lease").Text("token")}}"}""";
        await (await client.SendAsync("POST", $"/tasks/{first.Text("id")}:release", release, (Header, "r"))).JsonAsync();
        Assert.True((await (await client.SendAsync("POST", $"/tasks/{first.Text("id")}:release", release, (Header, "r"))).JsonAsync()).GetProperty(
            "repeated").GetBoolean());
    }

    [Fact]
    public async Task The_final_state_said_again_alone_is_no_fault()
    {
        await client.SubmitAsync("1", ""","agentId":"w","taskId":"t" """);
        var claimed = await (await client.SendAsync("POST", "/agents/w/tasks:claim", """{"worker":"w1","waitSeconds":0}""")).JsonAsync();
        var done = $$"""{"state":"completed","leaseToken":"{{claimed.GetProperty("lease").Text("token")}}"}""";
        var generation = (await (await client.SendAsync("PATCH", "/tasks/t", done)).JsonAsync()).Changes();
        Assert.Equal(generation, (await (await client.SendAsync("PATCH", "/tasks/t", done)).JsonAsync()).Changes());
        Assert.Equal(generation, (await (await client.SendAsync("PATCH", "/tasks/t", """{"state":"TASK_STATE_COMPLETED"}""")).JsonAsync()).Changes());
        await (await client.SendAsync("PATCH", "/tasks/t", """{"state":"completed","metadata":{"a":1}}""")).ProblemAsync(409);
        await (await client.SendAsync("PATCH", "/tasks/t", """{"state":"failed"}""")).ProblemAsync(409);
        await (await client.SendAsync("PATCH", "/tasks/t", """{"state":"completed"}""", ("If-Match", "\"1\""))).ProblemAsync(412);
        await (await client.SendAsync("POST", "/tasks/t:cancel")).ProblemAsync(409);

        await client.SubmitAsync("1", ""","taskId":"u" """);
        var canceled = await (await client.SendAsync("POST", "/tasks/u:cancel")).JsonAsync();
        Assert.Equal(canceled.Changes(), (await (await client.SendAsync("POST", "/tasks/u:cancel")).JsonAsync()).Changes());
    }

    [Theory]
    [InlineData("")]
    [InlineData(257)]
    public async Task A_key_has_1_to_256_characters(object key)
    {
        var text = key is int length ? new string('k', length) : (string)key;
        foreach (var (method, path, body) in ((string, string, string?)[])
            [
                ("POST", "/tasks", $$"""{"message":{{TaskClient.Message("1")}}}"""),
                ("PATCH", "/contexts/c", """{"data":{}}"""),
                ("PUT", "/agents/a", TestHttp.Card("a")),
                ("DELETE", "/tasks/t", null),
            ])
        {
            Assert.Equal(Header, (await (await client.SendAsync(method, path, body, (Header, text))).ProblemAsync(400)).Text("field"));
        }
    }

    private static string Message(string id, string text) => TaskClient.Message(text, $$""","messageId":"{{id}}" """);

    /// <summary>Sends it twice with one key, and with that key something else.</summary>
    private async Task TwiceAsync(
        string method,
        string path,
        string? body,
        string? other,
        string differs,
        HttpStatusCode first = HttpStatusCode.OK,
        bool flagged = true,
        bool wrapped = false)
    {
        Assert.Equal(first, (await client.SendAsync(method, path, body, (Header, path))).StatusCode);
        var again = await client.SendAsync(method, path, body, (Header, path));
        Assert.True(again.IsSuccessStatusCode, $"{method} {path} again is {again.StatusCode}");
        if (flagged)
        {
            using var json = JsonDocument.Parse(await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.True((wrapped ? json.RootElement.GetProperty("task") : json.RootElement).GetProperty("repeated").GetBoolean());
        }

        if (other is not null)
        {
            Assert.Contains(
                differs,
                (await (await client.SendAsync(method, path, other, (Header, path))).ProblemAsync(422)).Text("detail"),
                StringComparison.Ordinal);
        }
    }
}
