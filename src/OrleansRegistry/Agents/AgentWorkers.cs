namespace OrleansRegistry.Agents;

/// <summary>Who may claim the tasks of an agent, and who decides that.</summary>
internal static class AgentWorkers
{
    /// <summary>In a list of workers: every subject of the tenant.</summary>
    public const string Anyone = "*";

    /// <summary>The most subjects that one agent names.</summary>
    public const int MaxCount = 100;

    /// <summary>Checks a list of workers, and drops repetitions.</summary>
    /// <param name="workers">Null stays null: the list is not to be changed.</param>
    /// <exception cref="RegistryException">There are more than <see cref="MaxCount"/>, or one is not a subject.</exception>
    public static IReadOnlyList<string>? Check(IReadOnlyList<string>? workers)
    {
        if (workers is null)
        {
            return null;
        }

        if (workers.Count > MaxCount)
        {
            throw RegistryException.Invalid("workers", $"has {workers.Count:N0} subjects; an agent names up to {MaxCount}");
        }

        for (var i = 0; i < workers.Count; i++)
        {
            Identifiers.CheckId(workers[i], $"workers[{i}]");
        }

        return [.. workers.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Whose tasks of <paramref name="agentId"/> the caller may claim: null stands for everybody's. Where nobody is known to own the agent (it is not registered,
    /// or was stored before owners were kept), a caller gets the tasks it made itself.
    /// </summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: the agent names others as its workers.</exception>
    public static string? ClaimableBy(Caller caller, string agentId, AgentRecord? agent) => agent switch
    {
        null or { Owner: null, Workers: [] } => caller.Subject,
        { Workers: [] } when agent.Owner == caller.Subject => null,
        _ when agent.Workers.Contains(caller.Subject, StringComparer.Ordinal) || agent.Workers.Contains(Anyone, StringComparer.Ordinal) => null,
        _ => throw new RegistryException(
            RegistryError.Forbidden,
            $"'{caller.Subject}' is not a worker of agent '{agentId}'; the agent's owner names them in workers when it registers or patches the agent",
            "agent_id"),
    };

    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns the agent.</exception>
    public static void DemandOwner(string agentId, string? owner, string? subject, string act, string? field = null)
    {
        if (owner is not null && owner != subject)
        {
            throw new RegistryException(RegistryError.Forbidden, $"Agent '{agentId}' belongs to '{owner}', who alone may {act}.", field);
        }
    }
}
