namespace OrleansRegistry;

/// <summary>What an import keeps to that a caller makes.</summary>
internal interface IImportTerms
{
    /// <summary>Whether quotas are kept to, and what is asked of cards. Who manages all tenants stores what the file says.</summary>
    bool IsBound { get; }

    /// <summary>Why nothing is stored for a tenant by now; null: it is.</summary>
    string? RefusalOf(string tenant);

    /// <summary>Judges a card that the agent does not have yet, by what is asked of cards and by the tenant's review policy.</summary>
    /// <param name="owner">Of the agent.</param>
    /// <returns>Why it is not stored; null: it is.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: what decides it did not answer.</exception>
    Task<string?> JudgeAsync(string agentId, string? owner, RawJson card, bool isNew, CancellationToken cancellationToken);

    /// <summary>Stores new agents.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: the tenant may not have so many, or so many bytes.</exception>
    Task<T> StoreAgentsAsync<T>(IReadOnlyList<string> ids, Func<Task<T>> store);

    /// <summary>Stores tasks that are open, and were not.</summary>
    /// <inheritdoc cref="StoreAgentsAsync"/>
    Task<T> StoreTasksAsync<T>(IReadOnlyList<string> ids, Func<Task<T>> store);
}
