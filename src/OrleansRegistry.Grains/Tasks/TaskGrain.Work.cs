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
        var next = Next(head) with
        {
            Status = StatusOf(head, TaskState.Working),
            Lease = new TaskLease(worker, token, time.GetUtcMilliseconds() + lease),
            LostToken = null,
        };
        return Publish<TaskHead?>(head, (next, EventOf(next) with { Status = next.Status }, next));
    });

    public Task<TaskRecord> Renew(Caller caller, string leaseToken, TimeSpan lease) => Change(caller, leaseToken, head =>
    {
        var next = Next(head) with { Lease = head.Lease! with { ExpiresAt = time.GetUtcMilliseconds() + lease } };
        return (next, EventOf(next), next.ToRecord() with { Lease = next.Lease });
    });

    public Task<TaskRecord> Release(Caller caller, string leaseToken) => Change(caller, leaseToken, head =>
    {
        var next = GivenBack(head);
        return (next, EventOf(next) with { Status = next.Status }, next.ToRecord());
    });

    public Task ExpireLease() => writer.Change(head =>
    {
        if (head is not { Deleting: false, Lease: { } lease } || lease.ExpiresAt > time.GetUtcNow())
        {
            return new(head, false);
        }

        var next = GivenBack(head) with { LostToken = lease.Token };
        return Publish(head, (next, EventOf(next) with { Status = next.Status }, true));
    });

    private TaskHead GivenBack(TaskHead head) => Next(head) with { Status = StatusOf(head, TaskState.Submitted), Lease = null };
}
