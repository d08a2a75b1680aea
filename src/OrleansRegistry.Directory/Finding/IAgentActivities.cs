namespace OrleansRegistry.Directory;

/// <summary>What is known of agents' tasks in this process. Asked for each agent of a list: answers from memory, at once.</summary>
internal interface IAgentActivities
{
    /// <summary>Null where no task is open and none ended in the last day.</summary>
    AgentActivity? Of(string tenant, string id);
}

internal static class AgentActivities
{
    /// <summary>The agent with what is known of its tasks.</summary>
    public static AgentRecord Shown(this IAgentActivities? activities, AgentRecord agent) =>
        activities?.Of(agent.Tenant, agent.Id) is { } activity ? agent with { Activity = activity } : agent;
}
