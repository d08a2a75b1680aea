namespace OrleansRegistry.Trust;

/// <summary><see cref="ITaskRegistry"/> for callers.</summary>
internal sealed partial class GuardedTasks(TaskRegistry tasks, Operations operations, MessageGate gate) : ITaskRegistry
{
    public Task<TaskSubmitted> SubmitAsync(Caller caller, TaskSubmission submission, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            TaskOperations.Submit,
            caller,
            submission.TaskId,
            async () =>
            {
                await gate.AdmitAsync(caller, submission, cancellationToken);
                return await tasks.SubmitAsync(caller, submission, cancellationToken);
            },
            submitted => submitted.Task.Id);

    public Task<TaskRecord> UpdateAsync(Caller caller, string id, TaskUpdate update, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.Update, caller, id, async () =>
        {
            await gate.AdmitAsync(caller, id, update, cancellationToken);
            if (update.LeaseToken is null)
            {
                await gate.AdmitChangeAsync(caller, id, cancellationToken);
            }

            return await tasks.UpdateAsync(caller, id, update, cancellationToken);
        });

    public Task<TaskSubmitted> PutAsync(Caller caller, string id, TaskPut task, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.Put, caller, id, async () =>
        {
            await gate.AdmitAsync(caller, id, task, cancellationToken);
            return await tasks.PutAsync(caller, id, task, cancellationToken);
        });

    public Task<TaskRecord> CancelAsync(Caller caller, string id, long? ifGeneration = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.Cancel, caller, id, async () =>
        {
            await gate.AdmitChangeAsync(caller, id, cancellationToken);
            return await tasks.CancelAsync(caller, id, ifGeneration, cancellationToken);
        });

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.Delete, caller, id, async () =>
        {
            await gate.AdmitChangeAsync(caller, id, cancellationToken);
            await tasks.DeleteAsync(caller, id, cancellationToken);
        });

    public Task<TaskRecord?> ClaimAsync(Caller caller, string agentId, TaskClaim claim, CancellationToken cancellationToken = default) =>
        operations.RunManyAsync(
            TaskOperations.Claim,
            caller,
            agentId,
            () =>
            {
                caller.DemandAgent(agentId);
                return tasks.ClaimAsync(caller, agentId, claim, cancellationToken);
            },
            claimed => claimed is null ? [] : [claimed.Id]);

    public Task<TaskRecord> RenewAsync(
        Caller caller, string id, string leaseToken, TimeSpan? lease = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.Renew, caller, id, () => tasks.RenewAsync(caller, id, leaseToken, lease, cancellationToken));

    public Task<TaskRecord> ReleaseAsync(Caller caller, string id, string leaseToken, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.Release, caller, id, () => tasks.ReleaseAsync(caller, id, leaseToken, cancellationToken));

    public Task<TaskWebhook> SaveWebhookAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> config, string? id = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.SaveWebhook, caller, taskId, async () =>
        {
            await gate.AdmitChangeAsync(caller, taskId, cancellationToken);
            return await tasks.SaveWebhookAsync(caller, taskId, config, id, cancellationToken);
        });

    public Task DeleteWebhookAsync(Caller caller, string taskId, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.DeleteWebhook, caller, taskId, async () =>
        {
            await gate.AdmitChangeAsync(caller, taskId, cancellationToken);
            await tasks.DeleteWebhookAsync(caller, taskId, id, cancellationToken);
        });

    public Task<TaskFeedback> AddFeedbackAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => operations.RunAsync(
        TaskOperations.AddFeedback,
        caller,
        taskId,
        async () =>
        {
            await gate.AdmitChangeAsync(caller, taskId, cancellationToken);
            return await tasks.AddFeedbackAsync(caller, taskId, data, cancellationToken);
        });

    public Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default) =>
        operations.RunAsync(TaskOperations.ClearAll, caller, null, () => tasks.ClearAllAsync(caller, wait, cancellationToken));
}
