namespace OrleansRegistry.Grains;

/// <summary>What grains need to know of tasks that they do not hold. Committed writes are always seen.</summary>
public interface ITaskIndex
{
    /// <summary>Tasks of the context, also those that are being deleted.</summary>
    Task<IReadOnlyList<string>> TasksOfContext(string tenant, string contextId, int limit);

    /// <summary>Whether a task of the context is not over, or changed its state at or after <paramref name="cutoff"/>.</summary>
    Task<bool> IsContextInUse(string tenant, string contextId, DateTimeOffset cutoff);

    /// <summary>Tasks of the agent that are submitted, oldest first.</summary>
    /// <param name="owner">Null: of every owner.</param>
    Task<IReadOnlyList<string>> SubmittedTo(string tenant, string agentId, string? owner, int limit);

    /// <summary>Tasks of the agent whose leases are over.</summary>
    Task<IReadOnlyList<string>> ExpiredLeases(string tenant, string agentId, int limit);
}
