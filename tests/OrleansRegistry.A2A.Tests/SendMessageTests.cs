namespace OrleansRegistry.A2A.Tests;

/// <summary>SendMessage (A2A 1.0, 3.1.1, 3.2.2, 3.4).</summary>
public sealed class SendMessageTests(A2AHost host)
{
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
}
