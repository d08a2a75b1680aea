using System.Text;

namespace OrleansRegistry.A2A.Tests;

/// <summary>An agent of one test, whose worker the test plays.</summary>
internal sealed class TestAgent(A2AHost host, string id)
{
    public A2AHost Host { get; } = host;

    public string Id { get; } = id;

    /// <summary>Claims the oldest task that waits, once there is one.</summary>
    public async Task<TaskRecord> ClaimAsync() =>
        await Host.Tasks.ClaimAsync(Caller.Default, Id, new TaskClaim("w") { Wait = TimeSpan.FromSeconds(20) }, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException("there is no task");

    /// <summary>Changes a claimed task under its lease.</summary>
    public Task<TaskRecord> UpdateAsync(TaskRecord task, TaskState? state = null, string? says = null, params ArtifactUpdate[] artifacts) =>
        Host.Tasks.UpdateAsync(
            Caller.Default,
            task.Id,
            new TaskUpdate
            {
                State = state,
                StatusMessage = says is null ? (ReadOnlyMemory<byte>?)null : TextMessage.Agent(says),
                Artifacts = artifacts,
                LeaseToken = task.Lease!.Token,
            },
            TestContext.Current.CancellationToken);

    /// <summary>Claims a task, and ends it with an artifact.</summary>
    public async Task<TaskRecord> CompleteNextAsync(string text = "done")
    {
        var task = await ClaimAsync();
        return await UpdateAsync(task, TaskState.Completed, null, ArtifactUpdate.Text("result", text));
    }

    /// <summary>Submits a task as another front end would.</summary>
    public async Task<TaskRecord> SubmitAsync(string text = "hello", Caller? caller = null, string? contextId = null) =>
        (await Host.Tasks.SubmitAsync(
            caller ?? Caller.Default,
            new TaskSubmission(TextMessage.User(text)) { AgentId = Id, ContextId = contextId },
            TestContext.Current.CancellationToken)).Task;

    /// <summary>A task in this state.</summary>
    public async Task<TaskRecord> SubmitAsync(TaskState state)
    {
        await SubmitAsync();
        return await UpdateAsync(await ClaimAsync(), state);
    }

    public static string Message(string text = "hello", string? messageId = null, string more = "") =>
        $$"""{"messageId":"{{messageId ?? Guid.NewGuid().ToString()}}","role":"ROLE_USER","parts":[{"text":"{{text}}"}]{{more}}}""";

    public static ReadOnlyMemory<byte> Utf8(string json) => Encoding.UTF8.GetBytes(json);
}
