using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>SendMessage (A2A 1.0, 3.1.1, 3.2.2, 3.2.4).</summary>
public sealed class SendMessageTests(A2AHost host)
{
    internal const string AtOnce = """{"returnImmediately":true}""";

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_2_waits_until_the_task_is_over_and_answers_it_with_its_artifacts(string binding)
    {
        var agent = await host.RegisterAsync();
        var sending = Bindings.Of(binding).SendAsync(agent, TestAgent.Message("hello"));
        var task = await agent.ClaimAsync();
        Assert.False(sending.IsCompleted);
        await agent.UpdateAsync(task, TaskState.Completed, "well", ArtifactUpdate.Text("result", "42"));
        var answer = await sending;
        Assert.Equal("TASK_STATE_COMPLETED", answer.StateOf());
        Assert.Equal("42", answer.GetProperty("artifacts")[0].GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Equal("hello", answer.GetProperty("history")[0].GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Equal(task.ContextId, answer.GetProperty("contextId").GetString());
    }

    [Theory]
    [MemberData(nameof(Bindings.With), "INPUT_REQUIRED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "AUTH_REQUIRED", MemberType = typeof(Bindings))]
    public async Task S3_2_2_waits_until_the_task_is_interrupted(string binding, string state)
    {
        var agent = await host.RegisterAsync();
        var sending = Bindings.Of(binding).SendAsync(agent, TestAgent.Message());
        var task = await agent.ClaimAsync();
        await agent.UpdateAsync(task, says: "still at it");
        Assert.False(sending.IsCompleted);
        await agent.UpdateAsync(task, TaskStates.TryParse($"TASK_STATE_{state}"), "which one?");
        var answer = await sending;
        Assert.Equal($"TASK_STATE_{state}", answer.StateOf());
        Assert.Equal("which one?", answer.GetProperty("status").GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_2_returns_immediately_where_it_is_asked_to(string binding)
    {
        var agent = await host.RegisterAsync();
        var answer = await Bindings.Of(binding).SendAsync(agent, TestAgent.Message("hi"), AtOnce);
        Assert.Equal("TASK_STATE_SUBMITTED", answer.StateOf());
        Assert.Equal("hi", Assert.Single(answer.GetProperty("history").EnumerateArray()).GetProperty("parts")[0].GetProperty("text").GetString());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_1_a_message_alone_is_the_answer_in_place_of_the_task(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var parameters = $$"""{"message":{{TestAgent.Message()}}}""";
        var sending = client.CallAsync(agent, "SendMessage", parameters);
        var task = await agent.ClaimAsync();
        var reply = new TaskUpdate
        {
            State = TaskState.Completed,
            StatusMessage = TextMessage.Agent("hi", "reply-1"),
            Reply = true,
            LeaseToken = task.Lease!.Token,
        };
        await host.Tasks.UpdateAsync(Caller.Default, task.Id, reply, TestContext.Current.CancellationToken);
        var answer = (await sending).Ok;
        Assert.Equal("message", Assert.Single(answer.EnumerateObject()).Name);
        var message = answer.GetProperty("message");
        Assert.Equal(("reply-1", task.ContextId), (message.GetProperty("messageId").GetString(), message.GetProperty("contextId").GetString()));
        Assert.False(message.TryGetProperty("taskId", out _));

        // Sent again after a lost answer, it has the same one; the task can be got all the same.
        Assert.Equal(answer.GetRawText(), (await client.CallAsync(agent, "SendMessage", parameters)).Ok.GetRawText());
        Assert.Equal("TASK_STATE_COMPLETED", (await client.CallAsync(agent, "GetTask", $$"""{"id":"{{task.Id}}"}""")).Ok.StateOf());
    }

    [Fact]
    public async Task SendMessage_answers_the_task_as_it_is_when_its_time_is_over()
    {
        await using var impatient = await A2AHost.StartAsync(options => options.SendTimeout = TimeSpan.FromSeconds(1));
        var agent = await impatient.RegisterAsync();
        var answer = await new JsonRpcBinding().SendAsync(agent, TestAgent.Message());
        Assert.Equal("TASK_STATE_SUBMITTED", answer.StateOf());
    }

    [Fact]
    public async Task SendMessage_answers_the_task_as_it_is_when_the_server_ends()
    {
        await using var ending = await A2AHost.StartAsync();
        var agent = await ending.RegisterAsync();
        var sending = new HttpJsonBinding().SendAsync(agent, TestAgent.Message());
        await agent.ClaimAsync();
        await ending.StopAsync();
        Assert.Equal("TASK_STATE_WORKING", (await sending).StateOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task A_client_that_leaves_cancels_nothing(string binding)
    {
        var agent = await host.RegisterAsync();
        var message = TestAgent.Message();
        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            var path = binding == "JSONRPC" ? $"/a2a/{agent.Id}" : $"/a2a/{agent.Id}/message:send";
            var parameters = $$"""{"message":{{message}}}""";
            var body = binding == "JSONRPC" ? $$"""{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{{parameters}}}""" : parameters;
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json") };
            request.Headers.Add("A2A-Version", "1.0");
            var sending = host.Client.SendAsync(request, leaving.Token);
            var task = await agent.ClaimAsync();
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            await agent.UpdateAsync(task, TaskState.Completed);
        }

        Assert.Equal("TASK_STATE_COMPLETED", (await Bindings.Of(binding).SendAsync(agent, message)).StateOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_4_historyLength_limits_the_history_and_0_leaves_it_out(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var message = TestAgent.Message("one");
        Assert.False((await client.SendAsync(agent, message, """{"returnImmediately":true,"historyLength":0}""")).TryGetProperty("history", out _));
        var task = await agent.ClaimAsync();
        await agent.UpdateAsync(task, TaskState.InputRequired, "?");
        var answer = await client.SendAsync(
            agent, TestAgent.Message("two", more: $$""","taskId":"{{task.Id}}" """), """{"returnImmediately":true,"historyLength":1}""");
        Assert.Equal("two", Assert.Single(answer.GetProperty("history").EnumerateArray()).GetProperty("parts")[0].GetProperty("text").GetString());
        var refused = await client.CallAsync(
            agent, "SendMessage", $$$"""{"message":{{{TestAgent.Message()}}},"configuration":{"historyLength":-1}}""");
        Assert.Equal("configuration.historyLength", refused.Refused(A2AError.InvalidParams).Field);
    }

    [Theory]
    [MemberData(nameof(Bindings.With), """{"x":1}|message""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"message":null}|message""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.JsonWith), """{"message":"hi"}|message""", MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"message":{"role":"ROLE_USER","parts":[{"text":"a"}]}}|message.messageId""",
        MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"message":{"messageId":"","role":"ROLE_USER","parts":[{"text":"a"}]}}|message.messageId""",
        MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"message":{"messageId":"m","parts":[{"text":"a"}]}}|message.role""", MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"a"}]}}|message.role""",
        MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"message":{"messageId":"m","role":"user","parts":[{"text":"a"}]}}|message.role""", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"message":{"messageId":"m","role":"ROLE_USER"}}|message.parts""", MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"message":{"messageId":"m","role":"ROLE_USER","parts":[]}}|message.parts""",
        MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With), """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{}]}}|message.parts[0]""", MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.JsonWith),
        """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"a"},{"text":"a","url":"b"}]}}|message.parts[1]""",
        MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.With),
        """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"kind":"file","file":{"uri":"http://x"}}]}}|message.parts[0]""",
        MemberType = typeof(Bindings))]
    [MemberData(
        nameof(Bindings.JsonWith), """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"raw":"%"}]}}|message.parts[0].raw""",
        MemberType = typeof(Bindings))]
    public async Task S5_7_a_message_without_what_is_required_is_refused_with_its_field(string binding, string request)
    {
        var agent = await host.RegisterAsync();
        var bar = request.LastIndexOf('|');
        var answer = await Bindings.Of(binding).CallAsync(agent, "SendMessage", request[..bar]);
        Assert.Equal(request[(bar + 1)..], answer.Refused(A2AError.InvalidParams).Field);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S5_7_members_that_A2A_does_not_know_are_passed_over(string binding)
    {
        var agent = await host.RegisterAsync();
        var answer = await Bindings.Of(binding).CallAsync(
            agent,
            "SendMessage",
            $$$"""{"message":{{{TestAgent.Message(more: ",\"later\":[1]")}}},"later":{},"configuration":{"returnImmediately":true,"later":0}}""");
        Assert.Equal("TASK_STATE_SUBMITTED", answer.Ok.GetProperty("task").StateOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_1_a_part_of_a_type_that_the_agent_does_not_take_is_refused(string binding)
    {
        const string Modes = """
            ,"defaultInputModes":["text/plain"],"skills":[{"id":"s","name":"s","description":"s","tags":[],"inputModes":["image/*"]}]
            """;
        var agent = await host.RegisterAsync(more: Modes);
        var client = Bindings.Of(binding);
        Assert.Equal("message.parts[0].mediaType", (await SendAsync("application/pdf")).Refused(A2AError.ContentTypeNotSupported).Field);
        Assert.NotNull((await SendAsync("text/plain; charset=utf-8")).Ok.ToString());
        Assert.NotNull((await SendAsync("image/png")).Ok.ToString());

        Task<Answer> SendAsync(string type) => client.CallAsync(agent, "SendMessage", $$"""
            {"message":{"messageId":"{{Guid.NewGuid()}}","role":"ROLE_USER","parts":[{"raw":"AA==","mediaType":"{{type}}"}]},
            "configuration":{{AtOnce}}}
            """);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task A_disabled_agent_takes_no_message_and_its_tasks_can_be_read(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        await host.Agents.PatchAsync(Caller.Default, agent.Id, new AgentPatch { Enabled = false }, TestContext.Current.CancellationToken);
        var client = Bindings.Of(binding);
        (await client.CallAsync(agent, "SendMessage", $$"""{"message":{{TestAgent.Message()}}}""")).Refused(A2AError.UnsupportedOperation);
        Assert.Equal(task.Id, (await client.CallAsync(agent, "GetTask", $$"""{"id":"{{task.Id}}"}""")).Ok.IdOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task A_retired_agent_takes_no_new_task_and_those_that_it_has_go_on(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var client = Bindings.Of(binding);
        await SetAsync(new AgentPatch { LifeCycle = AgentLifeCycle.Deprecated, Deprecation = new("ends soon", "next") });
        Assert.NotNull((await SendAsync("")).Ok.ToString());
        await SetAsync(new AgentPatch { LifeCycle = AgentLifeCycle.Retired });
        var refused = (await SendAsync("")).Refused(A2AError.UnsupportedOperation);
        Assert.Contains("'next'", refused.Message, StringComparison.Ordinal);
        Assert.NotNull((await SendAsync($"""
            ,"taskId":"{task.Id}","contextId":"{task.ContextId}"
            """)).Ok.ToString());
        await SetAsync(new AgentPatch { LifeCycle = AgentLifeCycle.Active });
        Assert.NotNull((await SendAsync("")).Ok.ToString());

        Task SetAsync(AgentPatch patch) => host.Agents.PatchAsync(Caller.Default, agent.Id, patch, TestContext.Current.CancellationToken);

        Task<Answer> SendAsync(string more) => client.CallAsync(agent, "SendMessage", $$$"""
            {"message":{"messageId":"{{{Guid.NewGuid()}}}","role":"ROLE_USER","parts":[{"text":"hi"}]{{{more}}}},"configuration":{{{AtOnce}}}}
            """);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_5_metadata_of_the_request_is_the_task_s(string binding)
    {
        var agent = await host.RegisterAsync();
        var answer = await Bindings.Of(binding).CallAsync(
            agent, "SendMessage", $$$"""{"message":{{{TestAgent.Message()}}},"metadata":{"trip":{"n":[1,null]}},"configuration":{{{AtOnce}}}}""");
        JsonAssert.Same("""{"trip":{"n":[1,null]}}""", answer.Ok.GetProperty("task").GetProperty("metadata").GetRawText());
        JsonAssert.Same("""{"trip":{"n":[1,null]}}""", (await agent.ClaimAsync()).Metadata.ToString());
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task S4_1_4_what_a_client_sends_reaches_the_worker_byte_for_byte(string binding)
    {
        var agent = await host.RegisterAsync();
        const string Message = """{ "messageId":"bytes", "role":"ROLE_USER","parts":[{"data":{"n":1.50,"u":"\u00e9","e":[]}}] , "later":1e2 }""";
        await Bindings.Of(binding).SendAsync(agent, Message, AtOnce);
        Assert.Equal(Message, Assert.Single((await agent.ClaimAsync()).History).ToString());
    }
}
