namespace OrleansRegistry.Forwarding.Tests;

/// <summary>What ends here ends there.</summary>
public sealed class CancelTests(TwoRegistries registries)
{
    private readonly TestRegistry near = registries.Near;
    private readonly TestRegistry far = registries.Far;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_is_canceled_while_the_agent_works_is_canceled_there(bool streams)
    {
        var (task, there) = await WorkingAsync(streams);
        await near.Tasks.CancelAsync(Caller.Default, task.Id, cancellationToken: TestRegistry.Cancellation);
        await far.WaitAsync(there.Id, TaskState.Canceled);
        Assert.Equal(TaskState.Canceled, (await near.GetAsync(task.Id)).Status.State);
    }

    [Fact]
    public async Task A_task_that_is_canceled_while_the_agent_waits_for_its_user_is_canceled_there()
    {
        var (task, there) = await WorkingAsync(streams: true);
        await far.UpdateAsync(there, TaskState.InputRequired, "what?");
        await near.WaitAsync(task.Id, TaskState.InputRequired);
        await near.Tasks.CancelAsync(Caller.Default, task.Id, cancellationToken: TestRegistry.Cancellation);
        await far.WaitAsync(there.Id, TaskState.Canceled);
    }

    [Fact]
    public async Task A_task_that_is_deleted_while_the_agent_works_is_canceled_there()
    {
        var (task, there) = await WorkingAsync(streams: true);
        await near.Tasks.DeleteAsync(Caller.Default, task.Id, TestRegistry.Cancellation);
        await far.WaitAsync(there.Id, TaskState.Canceled);
    }

    [Fact]
    public async Task A_task_that_misses_its_deadline_is_canceled_there()
    {
        var remote = await far.WorkAsync();
        var agent = await near.ForwardToAsync(new Uri(far.Address, $"a2a/{remote}").AbsoluteUri);
        var submission = new TaskSubmission(TextMessage.User("hurry")) { AgentId = agent, Deadline = DateTimeOffset.UtcNow.AddSeconds(1.5) };
        var task = (await near.Tasks.SubmitAsync(Caller.Default, submission, TestRegistry.Cancellation)).Task;
        var there = await far.ClaimAsync(remote);
        await near.WaitAsync(task.Id, TaskState.Failed);
        await far.WaitAsync(there.Id, TaskState.Canceled);
    }

    private async Task<(TaskRecord Near, TaskRecord Far)> WorkingAsync(bool streams)
    {
        var remote = await far.WorkAsync();
        var agent = await near.ForwardToAsync(new Uri(far.Address, $"a2a/{remote}").AbsoluteUri, streams: streams);
        var task = await near.SubmitAsync(agent);
        var there = await far.ClaimAsync(remote);
        await far.UpdateAsync(there, TaskState.Working, "busy");
        await near.WaitAsync(task.Id, known => known.Status.Message.ToString().Contains("busy", StringComparison.Ordinal));
        return (task, there);
    }
}
