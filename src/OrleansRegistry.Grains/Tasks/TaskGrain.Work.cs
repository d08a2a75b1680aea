using System.Security.Cryptography;
using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>Leases: who works on the task, until when.</summary>
internal sealed partial class TaskGrain
{
    public Task<TaskHead?> Claim(string agentId, string worker, TimeSpan lease) => writer.Change<TaskHead?>(head =>
    {
        if (head is not { Deleting: false, Lease: null, Status.State: TaskState.Submitted } || head.AgentId != agentId)
        {
            return new(head, null);
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var (next, happened) = Turn(head, TaskState.Working);
        next = next with { Lease = new TaskLease(worker, token, time.GetUtcMilliseconds() + lease), LostToken = null };
        return Publish<TaskHead?>(head, (next, happened, next));
    });

    /// <summary>Stored with the rest of the head, where lists of ended leases look. It is no change of the task: an owner's condition still holds.</summary>
    public Task<TaskRecord> Renew(Caller caller, string leaseToken, TimeSpan lease) => Change<TaskRecord>(caller, leaseToken, head =>
    {
        var next = head with { Lease = head.Lease! with { ExpiresAt = time.GetUtcMilliseconds() + lease } };
        return (next, null, next.ToRecord() with { Lease = next.Lease });
    });

    public Task<TaskRecord> Release(Caller caller, string leaseToken) => Change(caller, leaseToken, head =>
    {
        var (next, happened) = Turn(head, TaskState.Submitted);
        next = next with { Lease = null, LostToken = head.LostToken };
        return (next, happened, next.ToRecord());
    }, once: new(() => new RequestPrint("release").Add("leaseToken", leaseToken), Again));

    public Task ExpireLease() => writer.Change(head =>
    {
        if (head is not { Deleting: false, Lease: { } lease } || lease.ExpiresAt > time.GetUtcNow())
        {
            return new(head, false);
        }

        var (next, happened) = Turn(head, TaskState.Submitted);
        return Publish(head, (next with { Lease = null, LostToken = lease.Token }, happened, true));
    });
}
