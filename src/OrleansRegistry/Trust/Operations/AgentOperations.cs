namespace OrleansRegistry.Trust;

/// <summary>What callers do with agents.</summary>
internal static class AgentOperations
{
    public static readonly Operation Read = new("registry.agent.read", Permissions.AgentsRead);
    public static readonly Operation Register = new("registry.agent.register", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation RegisterMany = new("registry.agent.register_many", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation Patch = new("registry.agent.patch", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation Refresh = new("registry.agent.refresh", Permissions.AgentsWrite, IsChange: true);
    public static readonly Operation Remove = new("registry.agent.remove", Permissions.AgentsWrite, IsChange: true);

    public static readonly Operation PutDraft = new("registry.agent.draft.put", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation ReadDraft = new("registry.agent.draft.read", Permissions.AgentsWrite);
    public static readonly Operation RemoveDraft = new("registry.agent.draft.remove", Permissions.AgentsWrite, IsChange: true);
    public static readonly Operation PublishDraft = new("registry.agent.draft.publish", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation RollBack = new("registry.agent.rollback", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation Label = new("registry.agent.label", Permissions.AgentsWrite, IsChange: true);

    public static readonly Operation Beat = new("registry.agent.heartbeat", Permissions.AgentsWrite);
    public static readonly Operation PutInstance = new("registry.instance.put", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation RemoveInstance = new("registry.instance.remove", Permissions.AgentsWrite, IsChange: true);
    public static readonly Operation Probe = new("registry.agent.probe", Permissions.AgentsWrite, IsChange: true);
    public static readonly Operation Verify = new("registry.agent.verify", Permissions.AgentsRead);
    public static readonly Operation PutVectors = new("registry.agent.put_vectors", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    public static readonly Operation RemoveVectors = new("registry.agent.remove_vectors", Permissions.AgentsWrite, IsChange: true);

    public static readonly Operation ReadSubscription = new("registry.subscription.read", Permissions.Subscriptions);
    public static readonly Operation SaveSubscription =
        new("registry.subscription.save", Permissions.Subscriptions, IsChange: true) { Grows = true, IsOfAllAgents = true };
    public static readonly Operation DeleteSubscription =
        new("registry.subscription.delete", Permissions.Subscriptions, IsChange: true) { IsOfAllAgents = true };
}
