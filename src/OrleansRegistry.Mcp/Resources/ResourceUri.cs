namespace OrleansRegistry.Mcp.Resources;

/// <summary>The addresses of what can be read: <c>registry://agents/{id}/card</c> and <c>registry://tasks/{id}</c>.</summary>
internal static class ResourceUri
{
    public const string CardTemplate = AgentStart + "{agent_id}" + CardEnd;
    public const string TaskTemplate = TaskStart + "{task_id}";

    private const string AgentStart = "registry://agents/";
    private const string CardEnd = "/card";
    private const string TaskStart = "registry://tasks/";

    public static string OfCard(string agentId) => AgentStart + Uri.EscapeDataString(agentId) + CardEnd;

    public static string OfTask(string taskId) => TaskStart + Uri.EscapeDataString(taskId);

    /// <summary>The id of the agent whose card an address is of; null where it is none.</summary>
    public static string? AgentOf(string uri) =>
        uri.Length > AgentStart.Length + CardEnd.Length
        && uri.StartsWith(AgentStart, StringComparison.Ordinal)
        && uri.EndsWith(CardEnd, StringComparison.Ordinal)
            ? Id(uri[AgentStart.Length..^CardEnd.Length])
            : null;

    /// <summary>The id of the task that an address is of; null where it is none.</summary>
    public static string? TaskOf(string uri) =>
        uri.StartsWith(TaskStart, StringComparison.Ordinal) && uri.Length > TaskStart.Length ? Id(uri[TaskStart.Length..]) : null;

    private static string? Id(string escaped) => escaped.Contains('/') ? null : Uri.UnescapeDataString(escaped);
}
