namespace OrleansRegistry.Http;

/// <summary>An <see cref="AgentJob"/> as requests and tools have it.</summary>
internal static class JobMembers
{
    public static IReadOnlyList<string> Names { get; } =
        ["text", "required", "preferred", "not", "max_open_tasks", "min_success_rate", "order", "limit"];

    /// <exception cref="RegistryException">A member is of a wrong type, or has a value that there is not.</exception>
    public static AgentJob Read(RequestMembers members) => new()
    {
        Text = members.Text("text"),
        Required = AgentFilterMembers.Nested(members, "required"),
        Preferred = AgentFilterMembers.Nested(members, "preferred"),
        Not = AgentFilterMembers.Nested(members, "not"),
        MaxOpenTasks = members.Integer("max_open_tasks", 0, int.MaxValue),
        MinSuccessRate = members.Fraction("min_success_rate"),
        Order = members.Text("order") switch
        {
            null or "best" => AgentJobOrder.Best,
            "least_loaded" => AgentJobOrder.LeastLoaded,
            var other => throw RegistryException.Invalid("order", $"must be best or least_loaded, not '{other}'"),
        },
        Limit = members.Integer("limit", 1, AgentJob.MaxLimit) ?? AgentJob.UsualLimit,
    };
}
