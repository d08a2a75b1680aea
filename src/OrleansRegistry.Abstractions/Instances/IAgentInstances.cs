namespace OrleansRegistry;

/// <summary>
/// The places where an agent runs, each with a URL, weight, version and lease of its own (<see cref="IAgentLiveness"/> takes their beats). They are part of
/// the agent's record: they go with the agent, and are watched and copied with it. Reads come from this node's memory. Every member throws
/// <see cref="RegistryException"/>: <see cref="RegistryError.NotFound"/> with the field <c>agent_id</c> where there is no such agent, and with
/// <c>instance</c> where it has no such instance.
/// </summary>
public interface IAgentInstances
{
    /// <summary>
    /// Registers an instance, or replaces the one of its name; its lease begins anew. For the agent's owner and its workers; where the registry passes
    /// messages on to the agent or has credentials for it, for the owner alone.
    /// </summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/> or <see cref="RegistryError.TooLarge"/>: a member breaks a rule, or the agent has as many as it may.
    /// <see cref="RegistryError.Conflict"/>: the condition does not hold. <see cref="RegistryError.Forbidden"/>: the caller may not.
    /// </exception>
    Task<InstanceWritten> PutAsync(
        Caller caller, string agentId, string name, InstanceRegistration registration, CancellationToken cancellationToken = default);

    /// <summary>Reads one instance.</summary>
    ValueTask<InstanceFound> GetAsync(Caller caller, string agentId, string name, CancellationToken cancellationToken = default);

    /// <summary>Lists an agent's instances.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the page's size or token.</exception>
    ValueTask<InstancePage> ListAsync(
        Caller caller, string agentId, InstanceQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Removes an instance. For those who may register it.</summary>
    /// <returns>The revision of its agent.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Conflict"/>: the condition does not hold. <see cref="RegistryError.Forbidden"/>: the caller may not.
    /// </exception>
    Task<long> RemoveAsync(
        Caller caller, string agentId, string name, WriteCondition condition = default, CancellationToken cancellationToken = default);

    /// <summary>Chooses one of the healthy instances with a weight above 0, each as often as its weight says.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.NotFound"/> with the field <c>instance</c>, or <c>version</c>: the agent has none, or none of that version.
    /// <see cref="RegistryError.Unavailable"/> with the field <c>health</c>: none of them is healthy, or has a weight.
    /// </exception>
    ValueTask<InstanceFound> ChooseAsync(
        Caller caller, string agentId, InstanceChoice? choice = null, CancellationToken cancellationToken = default);
}
