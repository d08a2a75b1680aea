namespace OrleansRegistry;

/// <summary>
/// Grants for agents. All calls need the permission <see cref="Permissions.Grants"/>, reads that or <see cref="Permissions.AgentsRead"/>; who lacks it is
/// <see cref="RegistryError.Forbidden"/>. Who manages agents acts as their owners.
/// </summary>
public interface IAgentGrants
{
    /// <summary>Gives a grant, as the agent's owner, or hands on one that the caller holds. One that holds already as asked is answered as it is.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: the terms, or they are wider or longer than what is handed on. <see cref="RegistryError.NotFound"/>: there is no
    /// such agent that the caller sees, or no such grant of the caller's. <see cref="RegistryError.Forbidden"/>: the agent is another's, or what is handed on
    /// may not be. <see cref="RegistryError.Conflict"/>: what is handed on does not hold, or the agent has as many grants as it can have.
    /// </exception>
    Task<AgentGrant> GiveAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken = default);

    /// <summary>Asks the agent's owner for a grant. One that was asked for already, or holds, is answered as it is.</summary>
    /// <exception cref="RegistryException">As of <see cref="GiveAsync"/>; <see cref="RegistryError.Forbidden"/>: it is for somebody else.</exception>
    Task<AgentGrant> RequestAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken = default);

    /// <summary>Gives what was asked for, as the agent's owner. One that holds already is answered as it is.</summary>
    /// <param name="lifetime">For how long, from now; null for as long as was asked.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: there is no such grant that the caller sees. <see cref="RegistryError.Forbidden"/>: the agent is another's.
    /// <see cref="RegistryError.Conflict"/>: it is revoked or expired. <see cref="RegistryError.Invalid"/>: the lifetime.
    /// </exception>
    Task<AgentGrant> ApproveAsync(Caller caller, string id, TimeSpan? lifetime = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes a grant back, or does not give what was asked for: by the agent's owner, who gave it, or who has it or asked for it. Those handed on from it
    /// end with it. One that has ended already is answered as it is.
    /// </summary>
    /// <param name="reason">Up to <see cref="GrantTerms.MaxMessage"/> characters; null for none.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/>: there is no such grant that the caller sees. <see cref="RegistryError.Invalid"/>: the reason.
    /// </exception>
    Task<AgentGrant> RevokeAsync(Caller caller, string id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>A grant; null where there is none of that id, or it is none of the caller's.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the id.</exception>
    ValueTask<AgentGrant?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>The caller's grants: those that it gave, holds or asked for, and those for its agents.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the page.</exception>
    ValueTask<GrantPage> ListAsync(Caller caller, GrantQuery? query = null, CancellationToken cancellationToken = default);
}
