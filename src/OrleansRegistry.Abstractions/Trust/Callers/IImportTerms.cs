namespace OrleansRegistry;

/// <summary>What an import keeps to that a caller makes.</summary>
internal interface IImportTerms
{
    /// <summary>Whether quotas are kept to, and what is asked of cards. Who manages all tenants stores what the file says.</summary>
    bool IsBound { get; }

    /// <summary>Why nothing is stored for a tenant by now; null: it is.</summary>
    string? RefusalOf(string tenant);

    /// <summary>Judges a card that the agent does not have yet, or not of that owner, by what is asked of cards and by the tenant's review policy.</summary>
    /// <param name="owner">Of the agent once the card is stored.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: what decides it did not answer.</exception>
    Task<ImportVerdict> JudgeAsync(string agentId, string? owner, RawJson card, bool isNew, CancellationToken cancellationToken);

    /// <summary>Before anything else is stored.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: the tenant may not have so many bytes.</exception>
    Task DemandRoomAsync();

    /// <summary>Stores new agents.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: the tenant may not have so many, or so many bytes.</exception>
    Task<T> StoreAgentsAsync<T>(IReadOnlyList<string> ids, Func<Task<T>> store);

    /// <summary>Stores tasks that are open, and were not.</summary>
    /// <inheritdoc cref="StoreAgentsAsync"/>
    Task<T> StoreTasksAsync<T>(IReadOnlyList<string> ids, Func<Task<T>> store);
}

/// <param name="Refusal">Why the card is not stored; null: it is.</param>
/// <param name="Found">Of its signatures; null where it has none.</param>
internal readonly record struct ImportVerdict(string? Refusal, AgentSignature? Found = null);
