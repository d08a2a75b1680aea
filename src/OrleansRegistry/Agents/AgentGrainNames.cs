namespace OrleansRegistry.Agents;

/// <summary>The names by which configuration and storage know the agent grain.</summary>
internal static class AgentGrainNames
{
    /// <summary>The grain class, as <c>GrainCollectionOptions</c> takes it.</summary>
    public static string ClassName { get; } = typeof(AgentGrain).FullName!;

    /// <summary>The name of its state.</summary>
    public const string StateName = "agent";

    /// <summary>The name of the grain storage that keeps it.</summary>
    public const string StorageName = "registry";
}
