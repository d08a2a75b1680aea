namespace OrleansRegistry.Tasks;

/// <summary>Submitting, updating and canceling.</summary>
internal sealed partial class TaskGrain
{
    public async Task<TaskSubmittedTo?> Continue(TaskMessage message)
    {
        var stored = new StoredMessages(history);
        return (await stored.RunAsync<Answered<TaskSubmittedTo>>(
            () => writer.ChangeAsync(
                head => head is null or { Deleting: true } ? new(head, new(null)) : Publish(head, Append(head, message, stored)),
                message.Message.Json.Length),
            () => writer.Head?.History)).Value;
    }

    public async Task<TaskSubmittedTo> Create(TaskMessage message, string newContextId)
    {
        if (writer.Head is { Deleting: true })
        {
            await FinishRemovalAsync();
        }

        var stored = new StoredMessages(history);
        return (await stored.RunAsync<Answered<TaskSubmittedTo>>(
            () => writer.ChangeAsync(
                head => Publish(head, head is { Deleting: false } ? Append(head, message, stored) : Begin(head, message, newContextId)),
                message.Message.Json.Length),
            () => writer.Head?.History)).Value!;
    }

    public async Task<TaskRecord> Update(TaskChange change)
    {
        var bytes = change.Messages.Sum(message => message.Json.Length) + change.Artifacts.Sum(artifact => artifact.Json.Length);
        using var _ = BeginArtifacts(change.Artifacts.Count > 0);
        var stored = new StoredMessages(history);
        return await stored.RunAsync(
            () => ChangeAsync<TaskRecord?>(
                change.Caller, change.LeaseToken, head => Apply(head, change, stored), bytes, new Once<TaskRecord?>(
                    () => TaskFingerprints.Of(change),
                    Again), IsSaidAgain),
            () => writer.Head?.History);

        // The worker that ended the task has no lease on it any more.
        bool IsSaidAgain(TaskHead head) =>
            IsFinalStateAgain(head, change) && (change.LeaseToken is null
            ? Access.MayWrite(change.Caller, head.Owner)
            : change.LeaseToken == head.LostToken);
    }

    public Task<TaskRecord> Cancel(Caller caller, long? ifGeneration) => ChangeAsync(caller, null, head =>
    {
        CheckGeneration(head, ifGeneration);
        if (head.Status.State == TaskState.Canceled)
        {
            return (head, null, head.ToRecord());
        }

        CheckOpen(head);
        var (next, happened) = Turn(head, TaskState.Canceled);
        return (next, happened, next.ToRecord());
    }, once: new(() => new RequestFingerprint("cancel"), Again));

    private (TaskHead Head, TaskEvent? Event, Answered<TaskSubmittedTo>? Result) Begin(TaskHead? before, TaskMessage message, string contextId)
    {
        CheckIsNew(before, message.IfGeneration);
        CheckIds(message.Message, contextId);
        var now = StatusOf(null, TaskState.Submitted);
        var generation = generations.First();
        var head = new TaskHead
        {
            Tenant = tenant,
            Id = id,
            ContextId = contextId,
            Owner = message.Caller.Subject,
            AgentId = message.AgentId,
            Status = now,
            Metadata = message.Metadata,
            Generation = generation,
            CreatedAt = now.Timestamp,
            UpdatedAt = now.Timestamp,
            History = LogHead.Empty.Append([MessageItem.Write(message.Message.Json, message.Message.Id!)]),
            ArtifactBytes = 0,
            Deadline = rules.DeadlineOf(message.Deadline, now.Timestamp),
            Requests = MarksWith([], message, message.AgentId, generation),
            TraceParent = message.TraceParent,
            Webhooks = With(null, message.Webhook, generation),
            AcceptedOutputModes = message.AcceptedOutputModes ?? [],
        };
        history.Add(message.Message.Id!);
        var submitted = new TaskSubmittedTo(head.ToRecord(), Created: true, Repeated: false);
        return (head, EventOf(head) with { Status = now, Messages = [message.Message.Json], Metadata = message.Metadata }, new(submitted));
    }

    private void CheckIsNew(TaskHead? before, long? expected)
    {
        if (before is not null)
        {
            throw new RegistryException(RegistryError.Conflict, $"Task '{id}' is being deleted. Try again.", "task_id");
        }

        if (expected is not null)
        {
            throw new RegistryException(RegistryError.Conflict, $"There is no task '{id}'; generation {expected} was expected.");
        }
    }

    /// <returns>No result where stored messages are lacking.</returns>
    private (TaskHead Head, TaskEvent? Event, Answered<TaskSubmittedTo>? Result) Append(TaskHead head, TaskMessage message, StoredMessages stored)
    {
        CheckAccess(head, message.Caller, leaseToken: null);
        var repeated = new Answered<TaskSubmittedTo>(new(head.ToRecord(), Created: false, Repeated: true));
        if (RequestMarks.Find(head.Requests, message.Caller, time.GetUtcNow()) is { } mark)
        {
            RequestMarks.Check(mark, TaskFingerprints.Of(message));
            return (head, null, repeated);
        }

        if (message.ContextId is { } context && context != head.ContextId)
        {
            throw RegistryException.Invalid("context_id", $"is '{context}', but task '{id}' is of another context");
        }

        if (message.Key is { } known && head.Keys.Contains(known))
        {
            return (head, null, repeated);
        }

        if (stored.IsRepeat(head.History, message.Message))
        {
            CheckRepeat(head, message);
            return (head, null, repeated);
        }

        if (stored.IsLacking)
        {
            return (head, null, null);
        }

        CheckOpen(head);
        CheckGeneration(head, message.IfGeneration);
        if (message.AgentId is not null && message.AgentId != head.AgentId)
        {
            throw RegistryException.Invalid(
                "agent_id",
                $"is '{message.AgentId}', but task '{id}' is {(head.AgentId is null ? "no agent's" : "another agent's")}");
        }

        CheckIds(message.Message, head.ContextId);
        TaskRules.CheckDeadline(message.Deadline, time.GetUtcNow());
        CheckedMessage[] added = [.. LeavingStatus(head, message.Message), message.Message];
        var next = WithStatus(Next(head), StatusOf(head, TaskState.Submitted)) with
        {
            Metadata = Merge(head.Metadata, message.Metadata),
            History = Append(head.History, added),
            Deadline = message.Deadline ?? head.Deadline,
            Attempts = 0,
            Requests = MarksWith(head.Requests, message, agentId: null, head.Generation + 1),
            TraceParent = message.TraceParent ?? head.TraceParent,
            Webhooks = With(head, message.Webhook, head.Generation + 1),
            AcceptedOutputModes = message.AcceptedOutputModes ?? head.AcceptedOutputModes,
        };
        CheckRoom(head, next, "message");
        Know(added);
        var submitted = new TaskSubmittedTo(next.ToRecord(), Created: false, Repeated: false);
        return (next, EventOf(next) with { Status = next.Status, Messages = Sent(added), Metadata = message.Metadata }, new(submitted));
    }

    /// <returns>No result where stored messages are lacking.</returns>
    private (TaskHead Head, TaskEvent? Event, TaskRecord? Result) Apply(TaskHead head, TaskChange change, StoredMessages stored)
    {
        if (IsFinalStateAgain(head, change))
        {
            CheckGeneration(head, change.IfGeneration);
            return (head, null, head.ToRecord());
        }

        CheckOpen(head);
        CheckGeneration(head, change.IfGeneration);
        if (change.IfState is { } expected && expected != head.Status.State)
        {
            throw new RegistryException(RegistryError.Conflict, $"Task '{id}' is {head.Status.State.ToV03()}; {expected.ToV03()} was expected.")
            {
                CurrentState = head.Status.State,
                CurrentGeneration = head.Generation,
            };
        }

        if (change.Reply && head.ArtifactCount > 0)
        {
            throw RegistryException.Invalid("reply", $"cannot be the answer: task '{id}' has artifacts, which are a part of it");
        }

        var status = change.State is null && change.StatusMessage is null
            ? null
            : StatusOf(head, change.State ?? head.Status.State, change.StatusMessage?.Json ?? default);
        if (change.StatusMessage is { } about)
        {
            CheckIds(about, head.ContextId);
        }

        var metadata = Merge(head.Metadata, change.Metadata);
        var added = status is null ? [] : LeavingStatus(head, change.StatusMessage).ToList();
        var ids = added.ToDictionary(message => message.Id!, StringComparer.Ordinal);
        foreach (var message in change.Messages)
        {
            CheckIds(message, head.ContextId);
            if (ids.TryGetValue(message.Id!, out var twin))
            {
                SentMessages.CheckTwin(twin, message);
            }
            else if (!stored.IsRepeat(head.History, message))
            {
                added.Add(message);
                ids.Add(message.Id!, message);
            }
        }

        if (stored.IsLacking)
        {
            return (head, null, null);
        }

        if (status is null && added.Count == 0 && change.Artifacts.Count == 0 && change.Metadata.IsEmpty)
        {
            // Which task of the agent's own it mirrors is no part of the task.
            var same = change.Remote is null || change.Remote == head.Remote ? head : head with { Remote = change.Remote };
            return (same, null, same.ToRecord());
        }

        var next = Next(head) with
        {
            Metadata = metadata,
            History = Append(head.History, added),
            Remote = change.Remote ?? head.Remote,

            // Its worker gets on with the task, or somebody else decides how it goes on.
            Attempts = change.LeaseToken is null && change.State is null ? head.Attempts : 0,
        };
        next = status is null ? next : WithStatus(next, status) with { IsReply = change.Reply };
        var plan = Plan(ref next, change.Artifacts, sizes);
        var grown = change.Messages.Count > 0 ? "messages" : "status.message";
        CheckRoom(head, next, change.Artifacts.Count > 0 ? "artifacts" : grown);
        Know(added);
        Take(plan, change.Artifacts);
        var happened = EventOf(next) with
        {
            Status = status,
            Messages = Sent(added),
            Artifacts = change.Artifacts.Count == 0 ? null : change.Artifacts,
            Metadata = change.Metadata,
        };
        return (next, happened, next.ToRecord());
    }

    /// <summary>The head with another status. Work under a lease goes on only while the task is being worked on.</summary>
    private static TaskHead WithStatus(TaskHead head, TaskStatus status) => head.Lease is null || status.State == TaskState.Working
        ? head with { Status = status, IsReply = false }
        : head with { Status = status, IsReply = false, LostToken = head.Lease.Token, Lease = null };

    /// <summary>The head of a change that sets the status alone, and its event.</summary>
    private (TaskHead Head, TaskEvent Event) Turn(TaskHead head, TaskState state, RawJson message = default)
    {
        CheckedMessage[] added = [.. LeavingStatus(head, taking: null)];
        var next = WithStatus(Next(head) with { History = Append(head.History, added) }, StatusOf(head, state, message));
        Know(added);
        return (next, EventOf(next) with { Status = next.Status, Messages = Sent(added) });
    }

    /// <summary>
    /// The message of a status whose place is being taken, which joins the history then: a question stays with its answer. Not where it is there
    /// already, and not where it is the message that takes its place or comes with it.
    /// </summary>
    private IEnumerable<CheckedMessage> LeavingStatus(TaskHead head, CheckedMessage? taking)
    {
        if (head.Status.Message is not { IsEmpty: false } message)
        {
            yield break;
        }

        var id = MessageStamp.IdOf(message) ?? DerivedId.For("status message", tenant, this.id, $"{head.Generation}");
        if (id != taking?.Id && !history.Has(id))
        {
            yield return new CheckedMessage(message, id, TaskId: null, ContextId: null, "status.message");
        }
    }

    private static LogHead Append(LogHead log, IReadOnlyList<CheckedMessage> added) =>
        log.Append([.. added.Select(message => MessageItem.Write(message.Json, message.Id!))]);

    private static IReadOnlyList<RawJson>? Sent(IReadOnlyList<CheckedMessage> added) =>
        added.Count == 0 ? null : [.. added.Select(message => message.Json)];

    /// <summary>Remembers the ids of messages that the head being made has.</summary>
    private void Know(IEnumerable<CheckedMessage> added)
    {
        foreach (var message in added)
        {
            history.Add(message.Id!);
        }
    }

    private void CheckIds(CheckedMessage message, string contextId)
    {
        if (message.TaskId is not null && message.TaskId != id)
        {
            throw RegistryException.Invalid($"{message.Field}.taskId", $"is '{message.TaskId}', but the task is '{id}'");
        }

        if (message.ContextId is not null && message.ContextId != contextId)
        {
            throw RegistryException.Invalid($"{message.Field}.contextId", $"is '{message.ContextId}', but task '{id}' is of another context");
        }
    }

    private RawJson Merge(RawJson metadata, RawJson changes) => changes.IsEmpty ? metadata : rules.Merge(metadata, changes, "metadata");
}
