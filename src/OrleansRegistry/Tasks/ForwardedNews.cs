namespace OrleansRegistry.Tasks;

/// <summary>
/// Tells whoever passes tasks on (<see cref="AgentDelivery.Forward"/>) of those that this process took. Others are found when it looks for itself.
/// </summary>
internal sealed class ForwardedNews(AgentDirectory agents)
{
    /// <summary>A task waits for the agent. Must return at once, and throw nothing.</summary>
    public Action<TaskRecord>? OnSubmitted { get; set; }

    /// <summary>A task is canceled here, of which the agent may not know yet.</summary>
    public Action<TaskRecord>? OnCanceled { get; set; }

    public void Submitted(TaskRecord task)
    {
        if (task.Status.State == TaskState.Submitted && IsForwarded(task))
        {
            OnSubmitted?.Invoke(task);
        }
    }

    public void Canceled(TaskRecord task)
    {
        if (task.Remote?.TaskId is not null && IsForwarded(task))
        {
            OnCanceled?.Invoke(task);
        }
    }

    private bool IsForwarded(TaskRecord task) =>
        task.AgentId is not null && agents.Find(task.Tenant, task.AgentId)?.Delivery == AgentDelivery.Forward;
}
