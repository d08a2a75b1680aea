namespace OrleansRegistry;

/// <summary>A card that is to take the place of an agent's card, once it is published.</summary>
/// <param name="AgentId">The agent's id.</param>
/// <param name="Card">The card, byte for byte as it was sent.</param>
/// <param name="WrittenAt">When, in UTC, to the millisecond.</param>
/// <param name="WrittenBy">The subject that wrote it; null where that is not known.</param>
/// <param name="Warnings">Recommendations for the card; empty when there are none.</param>
/// <param name="Breaks">What clients of the card that the agent has may rely on and the draft breaks; empty where both are compatible.</param>
public sealed record AgentDraft(
    string AgentId,
    RawJson Card,
    DateTimeOffset WrittenAt,
    string? WrittenBy,
    IReadOnlyList<CardWarning> Warnings,
    IReadOnlyList<CardBreak> Breaks);

/// <summary>
/// Drafts of agents' cards, one at most for each agent, beside the card that it has and is found by. They are the agent's owner's alone: others get
/// <see cref="RegistryError.Forbidden"/>. Where there is no such agent, <see cref="RegistryError.NotFound"/> has the field <c>agent_id</c>, and where it has
/// no draft, <c>draft</c>.
/// </summary>
public interface IAgentDrafts
{
    /// <summary>Writes the draft, in the place of the one before.</summary>
    /// <param name="card">The agent card: one JSON object in UTF-8.</param>
    /// <exception cref="RegistryException">The card is refused as a registration's is.</exception>
    Task<AgentDraft> PutAsync(Caller caller, string agentId, ReadOnlyMemory<byte> card, CancellationToken cancellationToken = default);

    /// <summary>Reads the draft.</summary>
    Task<AgentDraft> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Removes the draft.</summary>
    Task RemoveAsync(Caller caller, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Makes the draft the agent's card, by a registration under the usual rules; then it is a draft no more.</summary>
    /// <param name="condition">The precondition of the write.</param>
    /// <param name="force">As <see cref="AgentRegistration.Force"/>.</param>
    Task<AgentWriteResult> PublishAsync(
        Caller caller, string agentId, WriteCondition condition = default, bool force = false, CancellationToken cancellationToken = default);
}
