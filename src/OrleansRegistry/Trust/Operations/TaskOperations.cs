namespace OrleansRegistry.Trust;

/// <summary>What callers do with tasks, contexts and snapshots.</summary>
internal static class TaskOperations
{
    /// <summary>Whoever works on a task reads it too.</summary>
    private const Permissions Reading = Permissions.TasksRead | Permissions.TasksWork;

    private const Permissions Changing = Permissions.TasksWrite | Permissions.TasksWork;

    public static readonly Operation Read = new("registry.task.read", Reading);
    public static readonly Operation Submit = new("registry.task.submit", Permissions.TasksWrite, IsChange: true) { Grows = true };
    public static readonly Operation Put = new("registry.task.put", Permissions.TasksWrite, IsChange: true) { Grows = true };
    public static readonly Operation Update = new("registry.task.update", Changing, IsChange: true) { Grows = true };
    public static readonly Operation Cancel = new("registry.task.cancel", Permissions.TasksWrite, IsChange: true);
    public static readonly Operation Delete = new("registry.task.delete", Permissions.TasksWrite, IsChange: true);
    public static readonly Operation SaveWebhook = new("registry.task.webhook.save", Permissions.TasksWrite, IsChange: true) { Grows = true };
    public static readonly Operation DeleteWebhook = new("registry.task.webhook.delete", Permissions.TasksWrite, IsChange: true);
    public static readonly Operation AddFeedback = new("registry.task.feedback.add", Permissions.TasksWrite, IsChange: true) { Grows = true };
    public static readonly Operation ClearAll = new("registry.task.clear", Permissions.TasksWrite, IsChange: true) { IsOfAllAgents = true };
    public static readonly Operation Claim = new("registry.task.claim", Permissions.TasksWork, IsChange: true);
    public static readonly Operation Renew = new("registry.task.renew", Permissions.TasksWork);
    public static readonly Operation Release = new("registry.task.release", Permissions.TasksWork, IsChange: true);

    public static readonly Operation ReadContext = new("registry.context.read", Reading);
    public static readonly Operation UpdateContext =
        new("registry.context.update", Permissions.TasksWrite, IsChange: true) { Grows = true, IsOfAllAgents = true };
    public static readonly Operation AppendContext =
        new("registry.context.append", Permissions.TasksWrite, IsChange: true) { Grows = true, IsOfAllAgents = true };
    public static readonly Operation ClearContext = new("registry.context.clear", Permissions.TasksWrite, IsChange: true) { IsOfAllAgents = true };
    public static readonly Operation DeleteContext = new("registry.context.delete", Permissions.TasksWrite, IsChange: true) { IsOfAllAgents = true };

    public static readonly Operation ReadSnapshot = new("registry.snapshot.read", Permissions.SnapshotsRead);
    public static readonly Operation SaveSnapshot = new("registry.snapshot.save", Permissions.SnapshotsWrite, IsChange: true) { Grows = true };
    public static readonly Operation PutSnapshotPart = new("registry.snapshot.part", Permissions.SnapshotsWrite) { Grows = true };
    public static readonly Operation AbortSnapshot = new("registry.snapshot.abort", Permissions.SnapshotsWrite);
    public static readonly Operation DeleteSnapshot = new("registry.snapshot.delete", Permissions.SnapshotsWrite, IsChange: true);
}
