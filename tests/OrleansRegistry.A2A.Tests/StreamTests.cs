using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>SendStreamingMessage and SubscribeToTask (A2A 1.0, 3.1.2, 3.1.6, 3.5.2, 7.6.1, 9.4.2, 11.7).</summary>
public sealed class StreamTests(A2AHost host)
{
    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_2_the_stream_is_the_task_and_then_its_changes_in_order_until_it_is_over(string binding)
    {
        var agent = await host.RegisterAsync();
        await using var stream = await StreamAsync(binding, agent, TestAgent.Message("hello"));
        var first = await stream.NextAsync("task");
        Assert.Equal("TASK_STATE_SUBMITTED", first.StateOf());
        var task = await agent.ClaimAsync();
        Assert.Equal("TASK_STATE_WORKING", (await stream.NextAsync("statusUpdate")).StateOf());
        await agent.UpdateAsync(task, says: "half");
        var half = await stream.NextAsync("statusUpdate");
        Assert.Equal("half", half.GetProperty("status").GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString());
        await agent.UpdateAsync(task, TaskState.Completed, null, ArtifactUpdate.Text("r", "1"), ArtifactUpdate.Text("r", "2") with { Append = true });
        var one = await stream.NextAsync("artifactUpdate");
        Assert.False(one.TryGetProperty("append", out _));
        Assert.Equal((task.Id, task.ContextId), (one.GetProperty("taskId").GetString(), one.GetProperty("contextId").GetString()));
        Assert.True((await stream.NextAsync("artifactUpdate")).GetProperty("append").GetBoolean());
        Assert.Equal("TASK_STATE_COMPLETED", (await stream.NextAsync("statusUpdate")).StateOf());
        await stream.EndAsync();
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S11_7_the_stream_of_a_message_ends_where_the_task_asks_for_input(string binding)
    {
        var agent = await host.RegisterAsync();
        await using var stream = await StreamAsync(binding, agent, TestAgent.Message());
        await stream.NextAsync("task");
        var task = await agent.ClaimAsync();
        await agent.UpdateAsync(task, TaskState.InputRequired, "?");
        await stream.NextAsync("statusUpdate");
        Assert.Equal("TASK_STATE_INPUT_REQUIRED", (await stream.NextAsync("statusUpdate")).StateOf());
        await stream.EndAsync();

        await using var second = await StreamAsync(binding, agent, TestAgent.Message("yes", more: $$""","taskId":"{{task.Id}}" """));
        Assert.Equal(task.Id, (await second.NextAsync("task")).IdOf());
        await agent.CompleteNextAsync();
        Assert.Equal("TASK_STATE_COMPLETED", (await second.RestAsync())[^1].GetProperty("statusUpdate").StateOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S7_6_1_the_stream_goes_on_while_something_is_to_be_authorized(string binding)
    {
        var agent = await host.RegisterAsync();
        await using var stream = await StreamAsync(binding, agent, TestAgent.Message());
        await stream.NextAsync("task");
        var task = await agent.ClaimAsync();
        await agent.UpdateAsync(task, TaskState.AuthRequired, "let me");
        await agent.Host.Tasks.UpdateAsync(
            Caller.Default, task.Id, new TaskUpdate { State = TaskState.Completed }, TestContext.Current.CancellationToken);
        var rest = await stream.RestAsync();
        Assert.Equal(
            ["TASK_STATE_WORKING", "TASK_STATE_AUTH_REQUIRED", "TASK_STATE_COMPLETED"],
            rest.Select(item => item.GetProperty("statusUpdate").StateOf()));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_6_a_subscription_begins_with_the_task_and_outlasts_questions(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var claimed = await agent.ClaimAsync();
        await using var stream = await SubscribeAsync(binding, agent, task.Id);
        Assert.Equal("TASK_STATE_WORKING", (await stream.NextAsync("task")).StateOf());
        await agent.UpdateAsync(claimed, TaskState.InputRequired, "?");
        await Bindings.Of(binding).SubmitAsync(agent, TestAgent.Message("yes", more: $$""","taskId":"{{task.Id}}" """));
        await agent.CompleteNextAsync();
        var states = (await stream.RestAsync())
            .Where(item => item.TryGetProperty("statusUpdate", out _))
            .Select(item => item.GetProperty("statusUpdate").StateOf());
        Assert.Equal(["TASK_STATE_INPUT_REQUIRED", "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_COMPLETED"], states);
    }

    [Theory]
    [MemberData(nameof(Bindings.With), "COMPLETED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "FAILED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "CANCELED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "REJECTED", MemberType = typeof(Bindings))]
    public async Task S3_1_6_a_subscription_to_a_task_that_is_over_is_refused_before_the_stream(string binding, string state)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(TaskStates.TryParse($"TASK_STATE_{state}")!.Value);
        var answer = await Bindings.Of(binding).OpenAsync(agent, "SubscribeToTask", $$"""{"id":"{{task.Id}}"}""");
        Assert.Equal(task.Id, answer.Refused(A2AError.UnsupportedOperation).TaskId);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_6_a_subscription_to_a_task_that_is_not_there_or_not_the_caller_s_is_refused_before_the_stream(string binding)
    {
        var agent = await host.RegisterAsync();
        var theirs = await agent.SubmitAsync(caller: new Caller("default", "other"));
        foreach (var id in (string[])["none", theirs.Id])
        {
            var answer = await Bindings.Of(binding).OpenAsync(agent, "SubscribeToTask", $$"""{"id":"{{id}}"}""");
            answer.Refused(A2AError.TaskNotFound);
        }
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_2_what_is_wrong_with_a_message_is_refused_before_the_stream(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        (await client.OpenAsync(agent, "SendStreamingMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[]}}"""))
            .Refused(A2AError.InvalidParams);
        (await client.OpenAsync(agent, "SendStreamingMessage", $$"""{"message":{{TestAgent.Message(more: ",\"taskId\":\"none\"")}}}"""))
            .Refused(A2AError.TaskNotFound);
        var over = await agent.SubmitAsync(TaskState.Completed);
        (await client.OpenAsync(agent, "SendStreamingMessage", $$"""{"message":{{TestAgent.Message(more: $$""","taskId":"{{over.Id}}" """)}}}"""))
            .Refused(A2AError.UnsupportedOperation);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_5_2_all_streams_of_a_task_tell_the_same_in_the_same_order(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var claimed = await agent.ClaimAsync();
        var streams = new List<ItemReader>();
        for (var i = 0; i < 8; i++)
        {
            streams.Add(await SubscribeAsync(binding, agent, task.Id));
            await streams[i].NextAsync("task");
        }

        for (var i = 0; i < 20; i++)
        {
            await agent.UpdateAsync(claimed, says: $"{i}", artifacts: ArtifactUpdate.Text($"a{i % 3}", $"{i}") with { Append = i > 2 });
        }

        // One that closes does not matter to the others.
        await streams[0].DisposeAsync();
        await agent.UpdateAsync(claimed, TaskState.Completed);
        var told = await Task.WhenAll(streams.Skip(1).Select(stream => stream.RestAsync()));
        Assert.Equal(41, told[0].Count);
        Assert.All(told, items => Assert.Equal(told[0].Select(item => item.GetRawText()), items.Select(item => item.GetRawText())));
        foreach (var stream in streams.Skip(1))
        {
            await stream.DisposeAsync();
        }
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task A_stream_that_broke_goes_on_after_the_last_event_that_its_client_has(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var claimed = await agent.ClaimAsync();
        string last;
        await using (var stream = await SubscribeAsync(binding, agent, task.Id))
        {
            await stream.NextAsync("task");
            await agent.UpdateAsync(claimed, says: "seen");
            await stream.NextAsync("statusUpdate");
            last = stream.LastEventId!;
        }

        await agent.UpdateAsync(claimed, says: "missed");
        await using var resumed = await SubscribeAsync(binding, agent, task.Id, ("Last-Event-ID", last));
        var missed = await resumed.NextAsync("statusUpdate");
        Assert.Equal("missed", missed.GetProperty("status").GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString());
        await agent.UpdateAsync(claimed, TaskState.Completed);
        Assert.Equal("TASK_STATE_COMPLETED", (await resumed.NextAsync("statusUpdate")).StateOf());
        await resumed.EndAsync();
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task A_stream_that_broke_tells_the_end_that_its_client_missed(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        string last;
        await using (var stream = await SubscribeAsync(binding, agent, task.Id))
        {
            await stream.NextAsync("task");
            last = stream.LastEventId!;
        }

        var done = await agent.CompleteNextAsync();
        await using var resumed = await SubscribeAsync(binding, agent, task.Id, ("Last-Event-ID", last));
        var rest = await resumed.RestAsync();
        Assert.Equal("TASK_STATE_COMPLETED", rest[^1].GetProperty("statusUpdate").StateOf());

        // Who has the end already is told what everybody is.
        var again = await Bindings.Of(binding).OpenAsync(
            agent, "SubscribeToTask", $$"""{"id":"{{task.Id}}"}""", ("Last-Event-ID", $"{done.Generation}"));
        again.Refused(A2AError.UnsupportedOperation);
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task An_event_id_stands_on_the_last_item_of_a_change_only(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var claimed = await agent.ClaimAsync();
        await using var stream = await SubscribeAsync(binding, agent, task.Id);
        await stream.NextAsync("task");
        var before = stream.LastEventId;
        var done = await agent.UpdateAsync(claimed, TaskState.Completed, null, ArtifactUpdate.Text("a", "1"));
        await stream.NextAsync("artifactUpdate");
        Assert.Equal(before, stream.LastEventId);
        await stream.NextAsync("statusUpdate");
        Assert.Equal($"{done.Generation}", stream.LastEventId);
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task A_last_event_that_is_none_is_refused(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        var answer = await Bindings.Of(binding).OpenAsync(agent, "SubscribeToTask", $$"""{"id":"{{task.Id}}"}""", ("Last-Event-ID", "seven"));
        answer.Refused(A2AError.InvalidParams);
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task A_message_whose_stream_broke_is_sent_again_and_its_stream_goes_on(string binding)
    {
        var agent = await host.RegisterAsync();
        var message = TestAgent.Message();
        string last;
        await using (var stream = await StreamAsync(binding, agent, message))
        {
            await stream.NextAsync("task");
            last = stream.LastEventId!;
        }

        await agent.CompleteNextAsync();
        await using var resumed = await StreamAsync(binding, agent, message, ("Last-Event-ID", last));
        Assert.Equal("TASK_STATE_WORKING", (await resumed.NextAsync("statusUpdate")).StateOf());
        Assert.Equal("TASK_STATE_COMPLETED", (await resumed.RestAsync())[^1].GetProperty("statusUpdate").StateOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_4_historyLength_limits_the_task_that_a_stream_begins_with(string binding)
    {
        var agent = await host.RegisterAsync();
        var parameters = $$$"""{"message":{{{TestAgent.Message()}}},"configuration":{"historyLength":0}}""";
        await using var stream = (await Bindings.Of(binding).OpenAsync(agent, "SendStreamingMessage", parameters)).Ok;
        Assert.False((await stream.NextAsync("task")).TryGetProperty("history", out _));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task A_stream_ends_when_its_task_is_deleted(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        await using var stream = await SubscribeAsync(binding, agent, task.Id);
        await stream.NextAsync("task");
        await host.Tasks.DeleteAsync(Caller.Default, task.Id, TestContext.Current.CancellationToken);
        await stream.EndAsync();
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task A_stream_just_ends_when_the_server_does(string binding)
    {
        await using var ending = await A2AHost.StartAsync();
        var agent = await ending.RegisterAsync();
        var task = await agent.SubmitAsync();
        await using var stream = await SubscribeAsync(binding, agent, task.Id);
        await stream.NextAsync("task");
        var stopping = ending.StopAsync();
        await stream.EndAsync();
        await stopping;
    }

    private static async Task<ItemReader> StreamAsync(
        string binding, TestAgent agent, string message, params (string Name, string Value)[] service) =>
        (await Bindings.Of(binding).OpenAsync(agent, "SendStreamingMessage", $$"""{"message":{{message}}}""", service)).Ok;

    private static async Task<ItemReader> SubscribeAsync(string binding, TestAgent agent, string id, params (string Name, string Value)[] service) =>
        (await Bindings.Of(binding).OpenAsync(agent, "SubscribeToTask", $$"""{"id":"{{id}}"}""", service)).Ok;
}
