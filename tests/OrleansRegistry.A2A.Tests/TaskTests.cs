using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>GetTask and CancelTask (A2A 1.0, 3.1.3, 3.1.5), and how tasks are shown (4.1, 5.5 to 5.7).</summary>
public sealed class TaskTests(A2AHost host)
{
    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_3_gets_a_task_with_its_history_and_artifacts(string binding)
    {
        var agent = await host.RegisterAsync();
        var submitted = await agent.SubmitAsync("hello");
        await agent.CompleteNextAsync("42");
        var task = await GetAsync(binding, agent, submitted.Id);
        Assert.Equal((submitted.Id, submitted.ContextId, "TASK_STATE_COMPLETED"),
            (task.IdOf(), task.GetProperty("contextId").GetString(), task.StateOf()));
        Assert.Equal("result", task.GetProperty("artifacts")[0].GetProperty("artifactId").GetString());
        var message = task.GetProperty("history")[0];
        Assert.Equal(("ROLE_USER", submitted.Id, submitted.ContextId), (
            message.GetProperty("role").GetString(), message.GetProperty("taskId").GetString(), message.GetProperty("contextId").GetString()));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_3_a_task_that_is_not_there_or_not_the_caller_s_or_not_the_agent_s_is_not_found(string binding)
    {
        var agent = await host.RegisterAsync();
        var another = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var ids = new[] { "none", (await agent.SubmitAsync(caller: new Caller("default", "other"))).Id, (await another.SubmitAsync()).Id };
        foreach (var id in ids)
        {
            foreach (var method in (string[])["GetTask", "CancelTask"])
            {
                var fault = (await client.CallAsync(agent, method, $$"""{"id":"{{id}}"}""")).Refused(A2AError.TaskNotFound);
                Assert.Equal((id, $"There is no task '{id}', or it is not yours."), (fault.TaskId, fault.Message));
            }
        }
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_4_historyLength_limits_what_is_got(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(TaskState.InputRequired);
        await Bindings.Of(binding).SubmitAsync(agent, TestAgent.Message("two", more: $$""","taskId":"{{task.Id}}" """));
        var all = (await GetAsync(binding, agent, task.Id)).GetProperty("history").GetArrayLength();
        Assert.Equal(2, all);
        Assert.Equal(1, (await GetAsync(binding, agent, task.Id, ",\"historyLength\":1")).GetProperty("history").GetArrayLength());
        Assert.False((await GetAsync(binding, agent, task.Id, ",\"historyLength\":0")).TryGetProperty("history", out _));
        var refused = await Bindings.Of(binding).CallAsync(agent, "GetTask", $$"""{"id":"{{task.Id}}","historyLength":-1}""");
        Assert.Equal("historyLength", refused.Refused(A2AError.InvalidParams).Field);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S5_6_1_times_are_UTC_to_the_millisecond_with_Z(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await GetAsync(binding, agent, (await agent.SubmitAsync()).Id);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", task.GetProperty("status").GetProperty("timestamp").GetString());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S5_7_what_is_absent_is_left_out_and_nothing_is_of_the_registry_s_own(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await GetAsync(binding, agent, (await agent.SubmitAsync()).Id);
        Assert.Equal(["contextId", "history", "id", "status"], task.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(["state", "timestamp"], task.GetProperty("status").EnumerateObject().Select(member => member.Name).Order());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S5_5_a_message_of_A2A_0_3_is_shown_as_1_0(string binding)
    {
        var agent = await host.RegisterAsync();
        var message = """{"kind":"message","role":"user","parts":[{"kind":"file","file":{"bytes":"AA==","mimeType":"a/b"}}],"metadata":null}""";
        var submitted = await host.Tasks.SubmitAsync(
            Caller.Default, new TaskSubmission(TestAgent.Utf8(message)) { AgentId = agent.Id }, TestContext.Current.CancellationToken);
        var shown = (await GetAsync(binding, agent, submitted.Task.Id)).GetProperty("history")[0];
        Assert.Equal(["contextId", "messageId", "parts", "role", "taskId"], shown.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal("""[{"raw":"AA==","mediaType":"a/b"}]""", shown.GetProperty("parts").GetRawText());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_1_5_a_task_is_canceled(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        Assert.Equal("TASK_STATE_CANCELED", (await CancelAsync(binding, agent, task.Id)).Ok.StateOf());
        Assert.Equal("TASK_STATE_CANCELED", (await GetAsync(binding, agent, task.Id)).StateOf());
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_1_a_cancellation_can_be_sent_again(string binding)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        await CancelAsync(binding, agent, task.Id);
        Assert.Equal("TASK_STATE_CANCELED", (await CancelAsync(binding, agent, task.Id)).Ok.StateOf());
    }

    [Theory]
    [MemberData(nameof(Bindings.With), "COMPLETED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "FAILED", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "REJECTED", MemberType = typeof(Bindings))]
    public async Task S3_1_5_a_task_that_is_over_cannot_be_canceled(string binding, string state)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(TaskStates.TryParse($"TASK_STATE_{state}")!.Value);
        Assert.Equal(task.Id, (await CancelAsync(binding, agent, task.Id)).Refused(A2AError.TaskNotCancelable).TaskId);
    }

    private static async Task<JsonElement> GetAsync(string binding, TestAgent agent, string id, string more = "") =>
        (await Bindings.Of(binding).CallAsync(agent, "GetTask", $$"""{"id":"{{id}}"{{more}}}""")).Ok;

    private static Task<Answer> CancelAsync(string binding, TestAgent agent, string id) =>
        Bindings.Of(binding).CallAsync(agent, "CancelTask", $$"""{"id":"{{id}}"}""");
}
