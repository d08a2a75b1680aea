using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>Which task and context a message goes to: one that is sent again, and those that name a task or a context (A2A 1.0, 3.3.1, 3.4).</summary>
public sealed class MessageTargetTests(A2AHost host)
{
    private const string AtOnce = SendMessageTests.AtOnce;

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_1_a_message_that_is_sent_again_is_the_same_message(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var message = TestAgent.Message("once");
        var first = await client.SendAsync(agent, message, AtOnce);
        var again = await client.SendAsync(agent, message, AtOnce);
        Assert.Equal(first.IdOf(), again.IdOf());
        Assert.Single(again.GetProperty("history").EnumerateArray());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_1_a_message_of_a_task_that_is_over_can_be_sent_again(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var message = TestAgent.Message();
        var first = await client.SendAsync(agent, message, AtOnce);
        await agent.CompleteNextAsync();
        var again = await client.SendAsync(agent, message);
        Assert.Equal((first.IdOf(), "TASK_STATE_COMPLETED"), (again.IdOf(), again.StateOf()));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_1_a_message_id_is_its_sender_s_own(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var parameters = $$"""{"message":{{TestAgent.Message("mine", "the-same-id")}},"configuration":{{AtOnce}}}""";
        var one = (await client.CallAsync(agent, "SendMessage", parameters, ("X-Registry-Subject", "one"))).Ok.GetProperty("task");
        var other = (await client.CallAsync(agent, "SendMessage", parameters, ("X-Registry-Subject", "other"))).Ok.GetProperty("task");
        Assert.NotEqual(one.IdOf(), other.IdOf());
        Assert.NotEqual(one.GetProperty("contextId").GetString(), other.GetProperty("contextId").GetString());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task A_message_id_that_is_sent_to_two_agents_makes_a_task_of_each(string binding)
    {
        var message = TestAgent.Message();
        var client = Bindings.Of(binding);
        var one = await client.SendAsync(await host.RegisterAsync(), message, AtOnce);
        var other = await client.SendAsync(await host.RegisterAsync(), message, AtOnce);
        Assert.NotEqual(one.IdOf(), other.IdOf());
        Assert.NotEqual(one.GetProperty("contextId").GetString(), other.GetProperty("contextId").GetString());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task A_message_id_that_comes_with_another_message_is_refused(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        await client.SendAsync(agent, TestAgent.Message("one", "id-1"), AtOnce);
        var again = await client.CallAsync(agent, "SendMessage", $$"""{"message":{{TestAgent.Message("two", "id-1")}}}""");
        Assert.Equal("message.messageId", again.Refused(A2AError.MessageIdReused).Field);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_4_1_a_context_is_made_where_none_is_named_and_kept_where_one_is(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var first = await client.SendAsync(agent, TestAgent.Message(), AtOnce);
        var context = first.GetProperty("contextId").GetString()!;
        Assert.NotEmpty(context);
        var second = await client.SendAsync(agent, TestAgent.Message(more: $$""","contextId":"{{context}}" """), AtOnce);
        Assert.Equal(context, second.GetProperty("contextId").GetString());
        Assert.NotEqual(first.IdOf(), second.IdOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_4_1_a_context_that_is_not_the_caller_s_is_refused(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var context = (await client.SendAsync(agent, TestAgent.Message(), AtOnce)).GetProperty("contextId").GetString();
        var parameters = $$"""{"message":{{TestAgent.Message(more: $$""","contextId":"{{context}}" """)}}}""";
        Assert.NotNull((await client.CallAsync(agent, "SendMessage", parameters, ("X-Registry-Subject", "stranger"))).Fault);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_4_2_a_task_id_that_is_not_there_is_refused_and_makes_no_task(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var answer = await client.CallAsync(
            agent, "SendMessage", $$"""{"message":{{TestAgent.Message(more: ",\"taskId\":\"made-up\"")}},"configuration":{{AtOnce}}}""");
        Assert.Equal("made-up", answer.Refused(A2AError.TaskNotFound).TaskId);
        (await client.CallAsync(agent, "GetTask", """{"id":"made-up"}""")).Refused(A2AError.TaskNotFound);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_4_2_a_task_of_another_caller_or_another_agent_is_not_found(string binding)
    {
        var agent = await host.RegisterAsync();
        var another = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var theirs = await agent.SubmitAsync(caller: new Caller("default", "somebody"));
        var elsewhere = await another.SubmitAsync();
        foreach (var id in (string[])[theirs.Id, elsewhere.Id])
        {
            var parameters = $$"""{"message":{{TestAgent.Message(more: $$""","taskId":"{{id}}" """)}}}""";
            (await client.CallAsync(agent, "SendMessage", parameters)).Refused(A2AError.TaskNotFound);
        }
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_4_3_a_message_continues_its_task_in_the_task_s_context(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var task = await agent.SubmitAsync(TaskState.InputRequired);
        var answer = await client.SendAsync(agent, TestAgent.Message("yes", more: $$""","taskId":"{{task.Id}}" """), AtOnce);
        Assert.Equal(
            (task.Id, task.ContextId, "TASK_STATE_SUBMITTED"), (answer.IdOf(), answer.GetProperty("contextId").GetString(), answer.StateOf()));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_4_3_a_context_that_is_not_the_task_s_is_refused(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var parameters = $$"""{"message":{{TestAgent.Message(more: $$""","taskId":"{{task.Id}}","contextId":"another" """)}}}""";
        var answer = await Bindings.Of(binding).CallAsync(agent, "SendMessage", parameters);
        Assert.Equal("message.contextId", answer.Refused(A2AError.InvalidParams).Field);
    }

    [Theory]
    [MemberData(nameof(Bindings.With), "COMPLETED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "FAILED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "CANCELED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "REJECTED", MemberType = typeof(Bindings))]
    public async Task S3_1_1_a_task_that_is_over_takes_no_message(string binding, string state)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(TaskStates.TryParse($"TASK_STATE_{state}")!.Value);
        var parameters = $$"""{"message":{{TestAgent.Message(more: $$""","taskId":"{{task.Id}}" """)}}}""";
        Assert.Equal(task.Id, (await Bindings.Of(binding).CallAsync(agent, "SendMessage", parameters)).Refused(A2AError.UnsupportedOperation).TaskId);
    }
}
