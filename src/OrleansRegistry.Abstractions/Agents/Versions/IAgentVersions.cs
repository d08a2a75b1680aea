namespace OrleansRegistry;

/// <summary>
/// The cards that agents had before the ones that they have now. A version is named by its number (<c>@3</c>), a label, what the card itself says as its
/// <c>version</c> (the newest that says so), or <c>latest</c>; in this order, where a name could be several. Every member throws
/// <see cref="RegistryException"/>: <see cref="RegistryError.NotFound"/> with the field <c>agent_id</c> where there is no such agent, and with
/// <c>version</c> where it has no such version, or not any more.
/// </summary>
public interface IAgentVersions
{
    /// <summary>Lists an agent's versions, newest first, beginning with the card that it has.</summary>
    /// <param name="pageSize">Within <see cref="PageLimit.Versions"/>.</param>
    /// <param name="pageToken">The <see cref="AgentVersionPage.NextPageToken"/> of the page before; null for the first.</param>
    Task<AgentVersionPage> ListAsync(
        Caller caller, string agentId, int? pageSize = null, string? pageToken = null, CancellationToken cancellationToken = default);

    /// <summary>Reads one version.</summary>
    Task<AgentVersion> GetAsync(Caller caller, string agentId, string version, CancellationToken cancellationToken = default);

    /// <summary>Compares two versions.</summary>
    Task<AgentVersionDiff> DiffAsync(
        Caller caller, string agentId, string from, string to = AgentLabel.Latest, CancellationToken cancellationToken = default);

    /// <summary>Gives the agent the card of a version again, as a new version: a registration with that card, under the same rules.</summary>
    /// <param name="condition">The precondition of the write.</param>
    /// <param name="force">As <see cref="AgentRegistration.Force"/>.</param>
    Task<AgentWriteResult> RollBackAsync(
        Caller caller,
        string agentId,
        string to,
        WriteCondition condition = default,
        bool force = false,
        CancellationToken cancellationToken = default);

    /// <summary>Points a label to a version, whether it is new or points elsewhere. The version is then kept as long as the label points to it.</summary>
    /// <returns>The agent with its labels.</returns>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: another subject owns the agent. <see cref="RegistryError.Invalid"/>: the name is not one of a label, or the
    /// agent has <see cref="AgentLabel.MaxCount"/> labels already.
    /// </exception>
    Task<AgentRecord> LabelAsync(Caller caller, string agentId, string label, long number, CancellationToken cancellationToken = default);

    /// <summary>Removes a label; of one that the agent does not have, <see cref="RegistryError.NotFound"/> with the field <c>label</c>.</summary>
    /// <returns>The agent with its labels.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns the agent.</exception>
    Task<AgentRecord> UnlabelAsync(Caller caller, string agentId, string label, CancellationToken cancellationToken = default);
}
