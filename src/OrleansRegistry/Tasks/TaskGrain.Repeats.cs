namespace OrleansRegistry.Tasks;

/// <summary>Requests that come again: the same one is answered and not carried out, another by the same name is refused.</summary>
internal sealed partial class TaskGrain
{
    /// <summary>The mark of a message that came with more than itself; no caller's key is one.</summary>
    private const string MessageMark = "message";

    private TaskRecord Again(TaskHead head) => head.ToRecord() with { Repeated = true };

    /// <summary>A final state that is said again, alone: whoever lost the answer may say it again.</summary>
    private static bool IsFinalStateAgain(TaskHead head, TaskChange change) =>
        head.Status.State.IsTerminal()
        && change is { StatusMessage: null, Messages.Count: 0, Artifacts.Count: 0, Metadata.IsEmpty: true }
        && change.State == head.Status.State
        && (change.IfState is null || change.IfState == head.Status.State);

    /// <summary>The members of a submission other than its message cannot be read back from the task, so their fingerprint is kept.</summary>
    /// <param name="agentId">Of a submission that begins the task: any other can name no other agent.</param>
    private IReadOnlyList<RequestMark> MarksWith(IReadOnlyList<RequestMark>? marks, TaskMessage message, string? agentId, long generation)
    {
        var now = time.GetUtcMilliseconds();
        var with = RequestMarks.Add(marks, message.Caller, () => TaskFingerprints.Of(message), now, generation);
        return agentId is null && message is { Metadata.IsEmpty: true, Deadline: null }
            ? with
            : RequestMarks.Add(
                with,
                new RequestMark(MarkOf(message), TaskFingerprints.Beside(agentId, message.Metadata, message.Deadline).ToString(), now, generation));
    }

    private static string MarkOf(TaskMessage message) => RequestMarks.KeyOf(message.Caller, MessageMark, message.Message.Id);

    /// <summary>A message that is already stored must have come with the same other members.</summary>
    private void CheckRepeat(TaskHead head, TaskMessage message)
    {
        var mark = RequestMarks.Find(head.Requests, MarkOf(message), time.GetUtcNow());
        if (mark is null && (head.Requests is null or { Count: >= RequestMarks.Most } || message is { Metadata.IsEmpty: true, Deadline: null }))
        {
            // Too old to be known; the agent is.
            if (message.AgentId is not null && message.AgentId != head.AgentId)
            {
                throw SentMessages.Reused(message.Message, "agentId");
            }

            return;
        }

        var begins = mark?.Print.Contains(" agentId=", StringComparison.Ordinal) == true;
        var asked = TaskFingerprints.Beside(begins || message.AgentId != head.AgentId ? message.AgentId : null, message.Metadata, message.Deadline);
        if (RequestFingerprint.Differences(
            mark?.Print ?? TaskFingerprints.Beside(null, default, null).ToString(),
            asked.ToString()) is { Count: > 0 } differ)
        {
            throw SentMessages.Reused(message.Message, string.Join(", ", differ));
        }
    }
}

/// <summary>An answer that may be null.</summary>
internal sealed record Answered<T>(T? Value)
    where T : class;

/// <summary>How a change whose caller named it is known and answered again.</summary>
/// <param name="Print">What it asks for.</param>
/// <param name="Again">The answer, of the head as it is now.</param>
internal sealed record Once<T>(Func<RequestFingerprint> Print, Func<TaskHead, T> Again);
