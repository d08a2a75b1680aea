namespace OrleansRegistry;

/// <summary>
/// The signatures of agents' cards (A2A 1.0, 8.4), checked against the keys of issuers that this registry trusts. They are checked with each new card, and
/// again in the background as issuers change their keys.
/// </summary>
public interface IAgentSignatures
{
    /// <summary>Checks the signatures of an agent's card now, and writes what was found where it is something else than before.</summary>
    /// <param name="id">The agent's id.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>; <see cref="RegistryError.Conflict"/>: the agent got another card meanwhile.
    /// </exception>
    Task<AgentVerification> VerifyAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}

/// <summary>What is known of an agent after a look at its card.</summary>
/// <param name="AgentId">The agent's id.</param>
/// <param name="Revision">The revision of the agent that this is of.</param>
/// <param name="Signature">Null where its card has no signature.</param>
public sealed record AgentVerification(string AgentId, long Revision, AgentSignature? Signature);
