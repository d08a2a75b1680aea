using Microsoft.Extensions.Options;

namespace OrleansRegistry.A2A.Service;

/// <summary>
/// The operations of A2A, whichever binding they come by. A call has passed the <see cref="AgentGate"/>; a task is seen only through the agent that
/// it is for.
/// </summary>
/// <remarks>Source: A2A 1.0, 3.1.</remarks>
internal sealed partial class A2AService(
    ITaskRegistry tasks, LongPoll polls, IOptions<RegistryA2AOptions> options, [RegistryTime] TimeProvider time)
{
    private static readonly TaskView Head = new() { HeadOnly = true };

    /// <summary>GetTask.</summary>
    /// <param name="historyLength">Null for all messages, 0 for none.</param>
    /// <exception cref="A2AException">It is refused.</exception>
    public Task<TaskRecord> GetTaskAsync(A2ACall call, string id, int? historyLength) =>
        RunAsync(id, () => FindAsync(call, id, ViewOf(historyLength, withArtifacts: true)));

    /// <summary>ListTasks: the caller's tasks for this agent.</summary>
    /// <inheritdoc cref="GetTaskAsync"/>
    public Task<TaskPage> ListTasksAsync(A2ACall call, ListTasksRequest request) => RunAsync(null, () => tasks.ListAsync(
        call.Caller,
        new TaskQuery
        {
            AgentId = call.Agent.Id,
            ContextId = request.ContextId,
            States = request.Status is { } state ? [state] : [],
            UpdatedSince = request.StatusTimestampAfter,
            PageSize = request.PageSize,
            PageToken = request.PageToken,
            CountTotal = true,
            Stable = true,
            View = request is { IncludeArtifacts: false, HistoryLength: null or 0 }
                ? Head
                : ViewOf(request.HistoryLength ?? 0, request.IncludeArtifacts),
        },
        call.Aborted));

    /// <summary>CancelTask. A task that is canceled already is answered as it is, so that the request can be sent again (3.3.1).</summary>
    /// <inheritdoc cref="GetTaskAsync"/>
    public Task<TaskRecord> CancelTaskAsync(A2ACall call, string id) => RunAsync(id, async () =>
    {
        _ = await FindAsync(call, id, Head);
        try
        {
            var canceled = await tasks.CancelAsync(call.Caller, id, ifGeneration: null, call.Aborted);
            return await FindAsync(call, id, new TaskView { SeenGeneration = canceled.Generation });
        }
        catch (RegistryException refusal) when (refusal.Error == RegistryError.Terminal)
        {
            throw new A2AException(
                A2AError.TaskNotCancelable, $"Task '{id}' is over ({refusal.CurrentState?.ToV10()}) and cannot be canceled.", refusal)
            {
                TaskId = id,
            };
        }
    });

    /// <summary>
    /// GetExtendedAgentCard: always refused, as the cards of agents here say that there is none, whatever their authors' cards say of their own
    /// servers.
    /// </summary>
    public static A2AException NoExtendedCard() => new(
        A2AError.UnsupportedOperation, "This agent has no extended card here: its card does not declare capabilities.extendedAgentCard.");

    /// <summary>A task of this agent that the caller may see, without messages and artifacts.</summary>
    /// <inheritdoc cref="GetTaskAsync"/>
    public Task<TaskRecord> FindHeadAsync(A2ACall call, string id) => RunAsync(id, () => FindAsync(call, id, Head));

    /// <summary>A task of this agent that the caller may see.</summary>
    /// <exception cref="A2AException"><see cref="A2AError.TaskNotFound"/>.</exception>
    private async Task<TaskRecord> FindAsync(A2ACall call, string id, TaskView view)
    {
        var task = await tasks.GetAsync(call.Caller, id, view, call.Aborted);
        return task is not null && task.AgentId == call.Agent.Id ? task : throw A2AException.TaskNotFound(id);
    }

    /// <param name="historyLength">Null for all messages, 0 for none.</param>
    private static TaskView ViewOf(int? historyLength, bool withArtifacts) =>
        new(historyLength, withArtifacts) { WithoutHistory = historyLength == 0 };

    /// <summary>Carries out what the registry may refuse.</summary>
    /// <param name="taskId">The task that it is about; null for none.</param>
    /// <param name="fieldOf">As of <see cref="A2AException.Of"/>.</param>
    private static async Task<T> RunAsync<T>(string? taskId, Func<Task<T>> operation, Func<string, string>? fieldOf = null)
    {
        try
        {
            return await operation();
        }
        catch (RegistryException refusal)
        {
            throw A2AException.Of(refusal, taskId, fieldOf);
        }
    }
}
