using System.Text.Json;
using static OrleansRegistry.A2A.Tests.LegacyCalls;

namespace OrleansRegistry.A2A.Tests;

/// <summary>A2A 0.3 over JSON-RPC, which a request without <c>A2A-Version</c> speaks (A2A 1.0, 3.6.2).</summary>
public sealed class LegacyTests(A2AHost host)
{
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
}
