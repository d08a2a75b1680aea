namespace OrleansRegistry.Agents;

/// <summary>The list of subjects that may claim the tasks of an agent.</summary>
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
}
