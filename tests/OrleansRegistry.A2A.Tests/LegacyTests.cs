using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>A2A 0.3 over JSON-RPC, which a request without <c>A2A-Version</c> speaks (A2A 1.0, 3.6.2).</summary>
public sealed class LegacyTests(A2AHost host)
{
    private const string Message = """{"kind":"message","messageId":"ID","role":"user","parts":[{"kind":"text","text":"hello"}]}""";

    [Fact]
    public async Task A_send_waits_and_answers_the_task_in_the_shapes_of_0_3()
    {
        var agent = await host.RegisterAsync();
        var sending = CallAsync(agent, "message/send", $$"""{"message":{{NewMessage()}}}""");
        var task = await agent.ClaimAsync();
        Assert.False(sending.IsCompleted);
        await agent.UpdateAsync(task, TaskState.Completed, "well", ArtifactUpdate.Text("result", "42"));
        var result = await OkAsync(sending);
        Assert.Equal("task", result.GetProperty("kind").GetString());
        Assert.Equal("completed", result.StateOf());
        Assert.Equal("message", result.GetProperty("status").GetProperty("message").GetProperty("kind").GetString());
        Assert.Equal("agent", result.GetProperty("status").GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("user", result.GetProperty("history")[0].GetProperty("role").GetString());
        var part = result.GetProperty("artifacts")[0].GetProperty("parts")[0];
        Assert.Equal(("text", "42"), (part.GetProperty("kind").GetString(), part.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_send_that_does_not_block_answers_at_once()
    {
        var agent = await host.RegisterAsync();
        Assert.Equal("submitted", (await SubmitAsync(agent)).StateOf());
    }

    [Fact]
    public async Task An_agent_that_answers_with_a_message_alone_is_answered_so()
    {
        var agent = await host.RegisterAsync();
        var sending = CallAsync(agent, "message/send", $$"""{"message":{{NewMessage()}}}""");
        var task = await agent.ClaimAsync();
        await host.Tasks.UpdateAsync(
            Caller.Default,
            task.Id,
            new TaskUpdate { State = TaskState.Completed, StatusMessage = TextMessage.Agent("hi"), Reply = true, LeaseToken = task.Lease!.Token },
            TestContext.Current.CancellationToken);
        var result = await OkAsync(sending);
        Assert.Equal("message", result.GetProperty("kind").GetString());
        Assert.Equal("hi", result.GetProperty("parts")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Nothing_of_0_3_is_stored()
    {
        var agent = await host.RegisterAsync();
        var task = await SubmitAsync(agent);
        var stored = await host.Tasks.GetAsync(Caller.Default, task.IdOf(), default, TestContext.Current.CancellationToken);
        using var message = JsonDocument.Parse(Assert.Single(stored!.History).Utf8);
        Assert.Equal("ROLE_USER", message.RootElement.GetProperty("role").GetString());
        Assert.False(message.RootElement.TryGetProperty("kind", out _));
        Assert.False(message.RootElement.GetProperty("parts")[0].TryGetProperty("kind", out _));
    }

    [Fact]
    public async Task A_stream_has_events_of_a_kind_and_ends_with_a_final_status()
    {
        var agent = await host.RegisterAsync();
        await using var events = await OpenAsync(agent, "message/stream", $$"""{"message":{{NewMessage()}}}""");
        Assert.Equal("task", KindOf(await events.ReadAsync()));
        var task = await agent.ClaimAsync();
        Assert.Equal(("working", false), StatusOf(await events.ReadAsync()));
        await agent.UpdateAsync(task, TaskState.Completed, null, ArtifactUpdate.Text("result", "42"));
        Assert.Equal("artifact-update", KindOf(await events.ReadAsync()));
        Assert.Equal(("completed", true), StatusOf(await events.ReadAsync()));
        await events.EndAsync();
    }

    [Fact]
    public async Task A_stream_that_is_resubscribed_ends_where_the_task_asks_for_input()
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        var task = await agent.ClaimAsync();
        await using var events = await OpenAsync(agent, "tasks/resubscribe", $$"""{"id":"{{id}}"}""");
        Assert.Equal("task", KindOf(await events.ReadAsync()));
        await agent.UpdateAsync(task, TaskState.InputRequired, "which?");
        Assert.Equal(("input-required", true), StatusOf(await events.ReadAsync()));
        await events.EndAsync();
    }

    [Theory]
    [InlineData("id")]
    [InlineData("taskId")]
    [InlineData("task_id")]
    public async Task A_task_is_got_by_its_id(string name)
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        var task = await OkAsync(CallAsync(agent, "tasks/get", $$"""{"{{name}}":"{{id}}","historyLength":0}"""));
        Assert.Equal(id, task.IdOf());
        Assert.False(task.TryGetProperty("history", out _));
    }

    [Fact]
    public async Task A_task_is_canceled_unless_it_is_over()
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        Assert.Equal("canceled", (await OkAsync(CallAsync(agent, "tasks/cancel", $$"""{"id":"{{id}}"}"""))).StateOf());
        var over = await agent.SubmitAsync(TaskState.Failed);
        await RefusedAsync(-32002, CallAsync(agent, "tasks/cancel", $$"""{"id":"{{over.Id}}"}"""));
    }

    [Theory]
    [InlineData("tasks/get", """{"id":"none"}""", -32001)]
    [InlineData("tasks/cancel", """{"id":"none"}""", -32001)]
    [InlineData("tasks/resubscribe", """{"id":"none"}""", -32001)]
    [InlineData("tasks/feedback", """{"taskId":"none","feedback":"good"}""", -32001)]
    [InlineData("tasks/get", "{}", -32602)]
    [InlineData("tasks/get", """{"id":7}""", -32602)]
    [InlineData("message/send", "{}", -32602)]
    [InlineData("message/send", """{"message":{"messageId":"m","role":"system","parts":[{"kind":"text","text":"a"}]}}""", -32602)]
    [InlineData("message/send", """{"message":{"messageId":"m","role":"user","parts":[{"kind":"image","text":"a"}]}}""", -32602)]
    [InlineData("message/send", """{"message":{"messageId":"m","role":"user","parts":[{"kind":"file","file":{}}]}}""", -32602)]
    [InlineData("message/send", """{"message":{"messageId":"m","role":"user","parts":[]}}""", -32602)]
    [InlineData("message/send", """{"message":{"messageId":"m","role":"user","parts":[{"kind":"text","text":"\ud800"}]}}""", -32602)]
    [InlineData("message/send", """{"message":{"role":"user","parts":[{"kind":"text","text":"a"}]}}""", -32602)]
    [InlineData("tasks/pushNotificationConfig/set", """{"taskId":"none"}""", -32001)]
    [InlineData("tasks/pushNotificationConfig/set", "{}", -32602)]
    [InlineData("tasks/pushNotificationConfig/delete", """{"id":"none"}""", -32602)]
    [InlineData("tasks/feedback", """{"taskId":"none"}""", -32602)]
    [InlineData("tasks/feedback", """{"taskId":"none","feedback":"good","rating":6}""", -32602)]
    [InlineData("contexts/clear", "{}", -32602)]
    [InlineData("contexts/clear", """{"context_id":"none"}""", -32020)]
    [InlineData("agent/getAuthenticatedExtendedCard", "{}", -32007)]
    [InlineData("tasks/foo", "{}", -32601)]
    [InlineData("SendMessage", "{}", -32601)]
    public async Task What_is_refused_has_the_code_of_0_3(string method, string parameters, int code)
    {
        var agent = await host.RegisterAsync();
        await RefusedAsync(code, CallAsync(agent, method, parameters));
    }

    [Fact]
    public async Task A_message_to_a_task_that_is_over_is_refused()
    {
        var agent = await host.RegisterAsync();
        var over = await agent.SubmitAsync(TaskState.Completed);
        var message = NewMessage().Replace("\"role\"", $"\"taskId\":\"{over.Id}\",\"role\"", StringComparison.Ordinal);
        await RefusedAsync(-32004, CallAsync(agent, "message/send", $$"""{"message":{{message}}}"""));
    }

    [Fact]
    public async Task A_method_of_1_0_without_its_version_is_refused_with_the_reason()
    {
        var error = await RefusedAsync(-32601, CallAsync(await host.RegisterAsync(), "GetTask", "{}"));
        Assert.Contains("A2A-Version", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_can_be_named()
    {
        var agent = await host.RegisterAsync();
        Assert.Equal(JsonValueKind.Array, (await OkAsync(CallAsync(agent, "tasks/list", "{}", ("A2A-Version", "0.3")))).ValueKind);
        Assert.Equal(JsonValueKind.Array, (await OkAsync(CallAsync(agent, "tasks/list", "{}", ("A2A-Version", "0.3.0")))).ValueKind);
    }

    [Fact]
    public async Task Extensions_are_named_by_the_header_of_0_3()
    {
        var agent = await host.RegisterAsync("""{"extensions":[{"uri":"urn:must","required":true}]}""");
        await RefusedAsync(-32008, CallAsync(agent, "tasks/list", "{}"));
        await OkAsync(CallAsync(agent, "tasks/list", "{}", ("X-A2A-Extensions", "urn:other, urn:must")));
    }

    [Fact]
    public async Task Push_configurations_are_nested_and_their_list_is_an_array()
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        const string Config = """{"id":"c","url":"https://example.com/hook","authentication":{"schemes":["Bearer"],"credentials":"s"}}""";
        var set = await OkAsync(CallAsync(
            agent, "tasks/pushNotificationConfig/set", $$"""{"taskId":"{{id}}","pushNotificationConfig":{{Config}}}"""));
        Assert.Equal(id, set.GetProperty("taskId").GetString());
        var config = set.GetProperty("pushNotificationConfig");
        Assert.Equal("https://example.com/hook", config.GetProperty("url").GetString());
        Assert.Equal("Bearer", config.GetProperty("authentication").GetProperty("schemes")[0].GetString());
        Assert.False(config.GetProperty("authentication").TryGetProperty("credentials", out _));

        var named = await OkAsync(CallAsync(agent, "tasks/pushNotificationConfig/get", $$"""{"id":"{{id}}","pushNotificationConfigId":"c"}"""));
        var only = await OkAsync(CallAsync(agent, "tasks/pushNotificationConfig/get", $$"""{"id":"{{id}}"}"""));
        var all = await OkAsync(CallAsync(agent, "tasks/pushNotificationConfig/list", $$"""{"id":"{{id}}"}"""));
        Assert.True(JsonElement.DeepEquals(named, only));
        Assert.True(JsonElement.DeepEquals(named, Assert.Single(all.EnumerateArray())));

        var deleted = await CallAsync(agent, "tasks/pushNotificationConfig/delete", $$"""{"id":"{{id}}","pushNotificationConfigId":"c"}""");
        Assert.Equal(JsonValueKind.Null, deleted.GetProperty("result").ValueKind);
        await RefusedAsync(-32001, CallAsync(agent, "tasks/pushNotificationConfig/get", $$"""{"id":"{{id}}"}"""));
    }

    [Fact]
    public async Task Bindus_list_of_tasks_is_an_array_of_whole_tasks_newest_first()
    {
        var agent = await host.RegisterAsync();
        var first = (await SubmitAsync(agent)).IdOf();
        await agent.CompleteNextAsync();
        var second = (await SubmitAsync(agent)).IdOf();
        var all = await OkAsync(CallAsync(agent, "tasks/list", "{}"));
        Assert.Equal([second, first], all.EnumerateArray().Select(task => task.IdOf()));
        Assert.Equal("task", KindOf(all[1]));
        Assert.Single(all[1].GetProperty("history").EnumerateArray());
        Assert.Single(all[1].GetProperty("artifacts").EnumerateArray());
        Assert.Single((await OkAsync(CallAsync(agent, "tasks/list", """{"length":1}"""))).EnumerateArray());
    }

    [Fact]
    public async Task Bindus_feedback_is_kept_with_the_task()
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        var said = await OkAsync(CallAsync(
            agent, "tasks/feedback", $$$"""{"task_id":"{{{id}}}","feedback":"good","rating":5,"metadata":{"by":"me"}}"""));
        Assert.Equal(id, said.GetProperty("task_id").GetString());
        var kept = await host.Tasks.ListFeedbackAsync(Caller.Default, id, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("""{"feedback":"good","rating":5,"metadata":{"by":"me"}}""", Assert.Single(kept.Items).Data.ToString());
    }

    [Fact]
    public async Task Bindus_contexts_are_listed_and_cleared_with_their_tasks()
    {
        var agent = await host.RegisterAsync();
        (string, string)[] me = [("X-Registry-Tenant", "default"), ("X-Registry-Subject", $"s-{Guid.NewGuid():N}")];
        var task = await OkAsync(CallAsync(
            agent, "message/send", $$$"""{"message":{{{NewMessage()}}},"configuration":{"blocking":false}}""", me));
        var context = Assert.Single((await OkAsync(CallAsync(agent, "contexts/list", "{}", me))).EnumerateArray());
        Assert.Equal(task.GetProperty("contextId").GetString(), context.GetProperty("contextId").GetString());
        Assert.Equal(1, context.GetProperty("taskCount").GetInt32());
        Assert.Equal(task.IdOf(), Assert.Single(context.GetProperty("taskIds").EnumerateArray()).GetString());

        var clear = $$"""{"contextId":"{{context.GetProperty("contextId").GetString()}}"}""";
        await RefusedAsync(-32020, CallAsync(agent, "contexts/clear", clear));
        Assert.True((await OkAsync(CallAsync(agent, "contexts/clear", clear, me))).TryGetProperty("message", out _));
        Assert.Empty((await OkAsync(CallAsync(agent, "contexts/list", "{}", me))).EnumerateArray());
        await RefusedAsync(-32001, CallAsync(agent, "tasks/get", $$"""{"id":"{{task.IdOf()}}"}""", me));
        await RefusedAsync(-32020, CallAsync(agent, "contexts/clear", clear, me));
    }

    private static string NewMessage() => Message.Replace("ID", Guid.NewGuid().ToString(), StringComparison.Ordinal);

    private static Task<JsonElement> SubmitAsync(TestAgent agent) =>
        OkAsync(CallAsync(agent, "message/send", $$$"""{"message":{{{NewMessage()}}},"configuration":{"blocking":false}}"""));

    private static async Task<JsonElement> CallAsync(
        TestAgent agent, string method, string parameters, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(agent, method, parameters, headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await HttpDriver.ReadAsync(response);
    }

    private static async Task<SseItemReader> OpenAsync(TestAgent agent, string method, string parameters)
    {
        var response = await SendAsync(agent, method, parameters, []);
        Assert.True(HttpDriver.IsStream(response));
        return await SseItemReader.OpenAsync(response, answer => answer.GetProperty("result"));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestAgent agent, string method, string parameters, (string Name, string Value)[] headers)
    {
        var body = $$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/a2a/{agent.Id}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await agent.Host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> OkAsync(Task<JsonElement> calling)
    {
        var answer = await calling;
        Assert.True(answer.TryGetProperty("result", out var result), answer.ToString());
        return result;
    }

    private static async Task<JsonElement> RefusedAsync(int code, Task<JsonElement> calling)
    {
        var answer = await calling;
        Assert.True(answer.TryGetProperty("error", out var error), answer.ToString());
        Assert.True(code == error.GetProperty("code").GetInt32(), error.ToString());
        return error;
    }

    private static string? KindOf(JsonElement? item) => item?.GetProperty("kind").GetString();

    private static (string State, bool IsFinal) StatusOf(JsonElement? item)
    {
        Assert.Equal("status-update", KindOf(item));
        return (item!.Value.StateOf(), item.Value.GetProperty("final").GetBoolean());
    }
}
