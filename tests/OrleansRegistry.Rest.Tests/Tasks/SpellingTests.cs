using System.Net;
using System.Text;

namespace OrleansRegistry.Rest.Tests;

/// <summary>What clients of other makers spell in their own way is understood.</summary>
public sealed class SpellingTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Theory]
    [InlineData("""{"text":"hi","data":null}""")]
    [InlineData("""{"text":"hi","raw":"","url":"","data":null,"kind":null}""")]
    [InlineData("""{"text":"hi","kind":"","metadata":null}""")]
    [InlineData("""{"text":"","data":{"a":1}}""")]
    [InlineData("""{"text":""}""")]
    [InlineData("""{"text":"","raw":"","url":"","data":null}""")]
    public async Task In_a_part_null_and_empty_are_absent(string part) =>
        await (await client.SendAsync("POST", "/tasks", $$"""{"message":{"role":"ROLE_USER","parts":[{{part}}] } }""")).JsonAsync(
            HttpStatusCode.Created);

    [Theory]
    [InlineData("""{"text":"hi","data":1}""")]
    [InlineData("""{"text":null}""")]
    [InlineData("""{"kind":"other","text":"x"}""")]
    public async Task What_a_part_cannot_be_is_still_refused(string part) =>
        await (await client.SendAsync("POST", "/tasks", $$"""{"message":{"role":"ROLE_USER","parts":[{{part}}] } }""")).ProblemAsync(400);

    [Theory]
    [InlineData(""" "" """)]
    [InlineData("null")]
    public async Task Members_that_are_null_or_empty_are_absent(string nothing)
    {
        var task = await (await client.SendAsync(
            "POST",
            "/tasks",
            $$"""
            {"taskId":{{nothing}},"contextId":{{nothing}},"agentId":{{nothing}},"metadata":{{nothing}},"ifGenerationMatch":{{nothing}},
            "message":{"kind":{{nothing}},"messageId":{{nothing}},
            "taskId":{{nothing}},"contextId":{{nothing}},"metadata":{{nothing}},"referenceTaskIds":{{nothing}},"extensions":{{nothing}},
            "role":"ROLE_USER","parts":[{"text":"hi"}] } }
            """)).JsonAsync(HttpStatusCode.Created);
        Assert.NotEmpty(task.Text("id"));
        Assert.NotEmpty((await client.GetAsync($"/tasks/{task.Text("id")}")).Text("contextId"));
        await client.PatchAsync(task, $$"""
            {"state":"working","statusMessage":{{nothing}},"ifState":{{nothing}},"ifGenerationMatch":{{nothing}},"leaseToken":{{nothing}},
            "metadata":{{nothing}}}
            """);
        await (await client.SendAsync(
            "POST",
            "/agents",
            $$"""{"agent_id":{{nothing}},"enabled":{{nothing}},"workers":{{nothing}},"agent_card":{{TestHttp.Card("named")}}}""")).JsonAsync();
        await client.GetAsync("/agents/named");
        var search = $$"""
            {"query":"About named","skills":{{nothing}},"tags":[""],"category":{{nothing}},"capability":{{nothing}},"provider":{{nothing}},
            "enabled":{{nothing}},"page_size":{{nothing}},"page_token":{{nothing}},"view":{{nothing}}}
            """;
        Assert.Equal(1, (await (await client.SendAsync("POST", "/agents/search", search)).JsonAsync()).Number("count"));
    }

    [Theory]
    [InlineData("/tasks?state=&page_size=&page_token=&history_length=&include_artifacts=&count_total="
        + "&updated_since=&agent_id=&context_id=&state_format=&has_webhook=")]
    [InlineData("/agents?query=&tag=&skill=&category=&capability=&provider=&enabled=&page_size=&page_token=&view=")]
    [InlineData("/contexts?page_size=&page_token=")]
    [InlineData("/tasks?status=TASK_STATE_UNSPECIFIED")]
    [InlineData("/tasks?status=TASK_STATE_UNSPECIFIED&status=TASK_STATE_WORKING")]
    [InlineData("/tasks:count?status=TASK_STATE_UNSPECIFIED")]
    [InlineData("/tasks?statusTimestampAfter=2026-01-01T00:00:00.123456789Z")]
    [InlineData("/tasks?statusTimestampAfter=2026-01-01t00:00:00z")]
    [InlineData("/tasks?statusTimestampAfter=2026-01-01t00:00:00.1234567890123456789%2B01:00")]
    public async Task Parameters_that_say_nothing_or_say_it_in_another_way(string path) => await client.GetAsync(path);

    [Theory]
    [InlineData("/tasks?statusTimestampAfter=2026-13-01T00:00:00Z")]
    [InlineData("/tasks?status=nonsense")]
    public async Task Parameters_that_are_wrong_are_refused(string path) => await (await client.SendAsync("GET", path)).ProblemAsync(400);

    [Fact]
    public async Task An_unspecified_state_is_any()
    {
        await client.SubmitAsync();
        Assert.Equal(1, (await client.GetAsync("/tasks?status=TASK_STATE_UNSPECIFIED&count_total=true")).GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task A_history_length_of_0_is_none_in_the_spelling_of_A2A_and_all_in_the_older_one()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        Assert.False((await client.GetAsync($"{path}?historyLength=0")).TryGetProperty("history", out _));
        Assert.Equal(1, (await client.GetAsync($"{path}?history_length=0")).GetProperty("history").GetArrayLength());
        Assert.Equal(1, (await client.GetAsync($"{path}?historyLength=1")).GetProperty("history").GetArrayLength());
        Assert.False((await client.GetAsync("/tasks?historyLength=0")).GetProperty("tasks")[0].TryGetProperty("history", out _));
        Assert.Equal(1, (await client.GetAsync("/tasks?history_length=0")).GetProperty("tasks")[0].GetProperty("history").GetArrayLength());
    }

    [Theory]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json; charset=UTF8")]
    [InlineData("APPLICATION/JSON;charset=Utf-8")]
    public async Task A_body_with_a_byte_order_mark_and_any_name_of_utf_8(string type)
    {
        foreach (var mark in (string[])["", "\uFEFF"])
        {
            await (await client.SendAsync("POST", "/tasks", $$"""{{mark}}{"message":{{TaskClient.Message("x")}}}""", ("Content-Type", type)))
                .JsonAsync(HttpStatusCode.Created);
            await (await client.SendAsync("PUT", "/agents/bom/card", mark + TestHttp.Card("bom"), ("Content-Type", type))).Content
                .ReadAsStringAsync(TestContext.Current.CancellationToken);
            await (await client.SendAsync("POST", "/agents:batch", $"{mark}[{TestHttp.Card("bom")}]", ("Content-Type", type))).JsonAsync();
            await (await client.SendAsync("POST", "/jsonrpc", mark + """{"jsonrpc":"2.0","id":1,"method":"list_agents"}""", ("Content-Type", type)))
                .JsonAsync();
        }

        Assert.Equal(TestHttp.Card("bom"), Encoding.UTF8.GetString(
            await (await client.SendAsync("GET", "/agents/bom/card")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("\"1\"", true)]
    [InlineData("1.0", true)]
    [InlineData("1e0", true)]
    [InlineData("10e-1", true)]
    [InlineData("1.5", false)]
    [InlineData("\"1.0\"", false)]
    [InlineData("\"+1\"", false)]
    [InlineData("\" 1\"", false)]
    [InlineData("\"-1\"", false)]
    [InlineData("1e400", false)]
    [InlineData("true", false)]
    public async Task Integers_may_be_written_as_ProtoJSON_writes_them(string number, bool isRead)
    {
        var task = await client.SubmitAsync(more: ",\"agentId\":\"a\"");
        var answer = await client.SendAsync("PATCH", $"/tasks/{task.Text("id")}", $$"""{"metadata":{"a":1},"ifGenerationMatch":{{number}}}""");
        Assert.Equal(isRead ? HttpStatusCode.Conflict : HttpStatusCode.BadRequest, answer.StatusCode);
        answer = await client.SendAsync("POST", "/agents/a/tasks:claim", $$"""{"worker":"w","leaseSeconds":{{number}},"waitSeconds":0.0}""");
        Assert.Equal(isRead ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("\"{0}\"")]
    [InlineData("{0}.0")]
    [InlineData("{0}0e-1")]
    public async Task A_generation_is_read_exactly_however_it_is_written(string form)
    {
        var task = await client.SubmitAsync();
        foreach (var (change, status) in new[] { (1, 409), (-1, 409), (0, 200) })
        {
            var number = form.Replace("{0}", $"{task.Generation() + change}", StringComparison.Ordinal);
            Assert.Equal(status, (int)(await client.SendAsync(
                "PATCH",
                $"/tasks/{task.Text("id")}",
                $$"""{"metadata":{"a":1},"ifGenerationMatch":{{number}}}""")).StatusCode);
        }
    }

    [Fact]
    public async Task An_empty_last_event_id_begins_at_the_beginning()
    {
        var task = await client.SubmitAsync();
        await client.PatchAsync(task, """{"state":"completed"}""");
        var answer = await client.SendAsync("GET", $"/tasks/{task.Text("id")}/events", null, ("Last-Event-ID", ""));
        Assert.Contains("event: task", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
