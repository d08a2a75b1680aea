using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>Leases, and the end of a task at its deadline or after its last attempt.</summary>
internal sealed partial class TaskGrain
{
    /// <summary>Messages are read by people.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Task<TaskHead?> Claim(string agentId, string worker, TimeSpan lease) => writer.ChangeAsync<TaskHead?>(head =>
    {
        if (head is not { Deleting: false, Lease: null, Status.State: TaskState.Submitted } || head.AgentId != agentId)
        {
            return new(head, null);
        }

        if (head.Deadline <= time.GetUtcNow())
        {
            var (failed, told) = FailAtDeadline(head);
            return Publish<TaskHead?>(head, (failed, told, null));
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var (next, happened) = Turn(head, TaskState.Working);
        next = next with { Lease = new TaskLease(worker, token, time.GetUtcMilliseconds() + lease), LostToken = null, Attempts = head.Attempts + 1 };
        return Publish<TaskHead?>(head, (next, happened, next));
    });

    /// <summary>
    /// Stored with the rest of the head, where lists of ended leases look. It is no change of the task: an owner's condition still holds.
    /// </summary>
    public Task<TaskRecord> Renew(Caller caller, string leaseToken, TimeSpan lease) => ChangeAsync<TaskRecord>(caller, leaseToken, head =>
    {
        var next = head with { Lease = head.Lease! with { ExpiresAt = time.GetUtcMilliseconds() + lease } };
        return (next, null, next.ToRecord() with { Lease = next.Lease });
    });

    public Task<TaskRecord> Release(Caller caller, string leaseToken) => ChangeAsync(caller, leaseToken, head =>
    {
        var (next, happened) = EndClaim(head);
        next = next with { LostToken = head.LostToken };
        return (next, happened, next.ToRecord());
    }, once: new(() => new RequestFingerprint("release").Add("leaseToken", leaseToken), Again));

    public Task EndWhatIsDue() => writer.ChangeAsync(head =>
    {
        if (head is null or { Deleting: true } || head.Status.State.IsTerminal())
        {
            return new(head, false);
        }

        var now = time.GetUtcNow();
        if (head.Deadline <= now)
        {
            var (failed, told) = FailAtDeadline(head);
            return Publish(head, (failed, told, true));
        }

        if (head.Lease is null || head.Lease.ExpiresAt > now)
        {
            return new(head, false);
        }

        var (next, happened) = EndClaim(head);
        return Publish(head, (next, happened, true));
    });

    /// <summary>Ends a claim whose worker is done with the task or gone, though the task is not over.</summary>
    private (TaskHead Head, TaskEvent Event) EndClaim(TaskHead head) => rules.MaxAttempts > 0 && head.Attempts >= rules.MaxAttempts
        ? Fail(head, "attempts", $"The task was claimed {head.Attempts} times in a row, and no claim brought a change of it before it ended. The "
            + $"last worker was '{head.Lease!.Worker}'.")
        : Turn(head, TaskState.Submitted);

    private (TaskHead Head, TaskEvent Event) FailAtDeadline(TaskHead head) =>
        Fail(head, "deadline", string.Create(CultureInfo.InvariantCulture, $"The task was not over at its deadline, "
            + $"{head.Deadline!.Value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}; it was {head.Status.State.ToV03()}."));

    /// <summary>The registry itself ends the task, and says why in the status's message.</summary>
    private (TaskHead Head, TaskEvent Event) Fail(TaskHead head, string reason, string text)
    {
        var message = new
        {
            messageId = DerivedId.For("failed", tenant, id, $"{head.Generation}"),
            role = "ROLE_AGENT",
            parts = new[] { new { text } },
            metadata = new { reason },
        };
        return Turn(head, TaskState.Failed, RawJson.FromValid(JsonSerializer.SerializeToUtf8Bytes(message, Plain)));
    }
}
