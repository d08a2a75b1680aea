using OrleansRegistry.Agents;
using OrleansRegistry.Contexts;
using OrleansRegistry.Storage;
using OrleansRegistry.Tasks;

namespace OrleansRegistry;

/// <summary>
/// Who may do what. A task or context belongs to the subject that made it: its owner reads and writes it, a caller who sees all owners reads it, and
/// the holder of a task's lease does both until the lease ends. For everybody else it does not exist. Agents are read by all of the tenant,
/// unless they are for those named (<see cref="MaySee"/>); their owner alone names workers, saves snapshots of their states, sets their leases, and removes them; owner and workers beat for them.
/// </summary>
internal static class Access
{
    public static bool MayRead(Caller caller, string owner) => caller.SeesAllOwners || caller.Subject == owner;

    public static bool MayWrite(Caller caller, string owner) => caller.Subject == owner;

    public static bool MayRead(Caller caller, ContextHead head) => !head.Deleting && MayRead(caller, head.Context.Owner);

    public static bool MayWrite(Caller caller, ContextHead head) => !head.Deleting && MayWrite(caller, head.Context.Owner);

    /// <param name="leaseToken">Also lets its holder read the task, until the lease ends.</param>
    public static bool MayRead(Caller caller, TaskHead head, string? leaseToken, DateTimeOffset now) =>
        !head.Deleting && (MayRead(caller, head.Owner) || head.IsHeldBy(leaseToken, now));

    /// <summary>
    /// The events of a task, whose last ones tell the holder of a lease that it is over: unlike the task, they are read with a token that was valid
    /// once.
    /// </summary>
    public static bool MayReadEvents(Caller caller, TaskHead head, string? leaseToken) => MayRead(caller, head.Owner) || head.KnowsLease(leaseToken);

    /// <summary>A record that cannot be read is removed by its owner, and where the owner is not known by anyone of the tenant.</summary>
    public static bool MayRemove(Caller caller, UnreadableRecord unreadable) => unreadable.Owner is null || MayWrite(caller, unreadable.Owner);

    /// <summary>What of a kind the caller may list.</summary>
    /// <param name="owner">The column with the subject that owns the record.</param>
    public static RecordCondition Listed(Caller caller, RecordColumn owner) =>
        caller.SeesAllOwners ? owner.IsNot(TaskKind.Nobody) : owner.Is(caller.Subject);

    /// <summary>
    /// Whose tasks of <paramref name="agentId"/> the caller may claim: null stands for everybody's. Where nobody is known to own the agent (it is not
    /// registered, or was stored before owners were kept), a caller gets the tasks it made itself.
    /// </summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: the agent names others as its workers.</exception>
    public static string? ClaimableOwner(Caller caller, string agentId, AgentRecord? agent)
    {
        if (agent is null or { Owner: null, Workers: [] })
        {
            return caller.Subject;
        }

        var mayClaim = agent.Workers.Count == 0
            ? agent.Owner == caller.Subject
            : agent.Workers.Contains(caller.Subject, StringComparer.Ordinal) || agent.Workers.Contains(AgentWorkers.Anyone, StringComparer.Ordinal);
        return mayClaim
            ? null
            : throw new RegistryException(
                RegistryError.Forbidden,
                $"'{caller.Subject}' is not a worker of agent '{agentId}'; "
                    + "the agent's owner names them in workers when it registers or patches the agent",
                "agent_id");
    }

    /// <summary>
    /// Who may say that an agent is alive, and so also by registering it again: its owner and its workers, and where nobody is known to own it everybody.
    /// Unlike tasks, which it may leave to its workers alone, an agent's life is always its owner's too.
    /// </summary>
    public static bool MayBeat(string? subject, AgentRecord agent) => agent.Owner is null || agent.Owner == subject
        || agent.Workers.Contains(subject, StringComparer.Ordinal) || agent.Workers.Contains(AgentWorkers.Anyone, StringComparer.Ordinal);

    /// <summary>
    /// Who sees an agent, beside those who manage agents or have a grant for it: all of the tenant, or of one that is for those named its owner, its
    /// workers, those, and whose credential is for it.
    /// </summary>
    public static bool MaySee(Caller caller, AgentRecord agent) =>
        MaySee(caller.Subject, agent) || caller.Agents?.Contains(agent.Id, StringComparer.Ordinal) == true;

    /// <summary>As <see cref="MaySee(Caller, AgentRecord)"/>, whatever its credential is for.</summary>
    public static bool MaySee(string? subject, AgentRecord agent) => agent.Visibility != AgentVisibility.Named || MayBeat(subject, agent)
        || agent.Sharing!.VisibleTo.Contains(subject, StringComparer.Ordinal);

    /// <summary>
    /// Who may save snapshots of an agent's state: its owner, and where nobody is known to own it everybody. A snapshot belongs to who saved it.
    /// </summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns the agent.</exception>
    public static void DemandSaver(Caller caller, string agentId, AgentRecord? agent) =>
        DemandOwner(agentId, agent?.Owner, caller.Subject, "save snapshots of its state", "agent_id");

    /// <param name="owner">Null if the owner is not known; then every subject of the tenant may change the agent.</param>
    /// <param name="subject">Null is a call from an older silo, which sends none.</param>
    /// <param name="act">What only the owner may do, for the error.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: another subject owns the agent.</exception>
    public static void DemandOwner(string agentId, string? owner, string? subject, string act, string? field = null)
    {
        if (owner is not null && owner != subject)
        {
            throw new RegistryException(RegistryError.Forbidden, $"Agent '{agentId}' belongs to '{owner}', who alone may {act}.", field);
        }
    }
}
