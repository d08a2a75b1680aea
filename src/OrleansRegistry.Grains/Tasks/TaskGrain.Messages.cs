using OrleansRegistry.Model;

namespace OrleansRegistry.Grains;

/// <summary>Submitting, updating and canceling.</summary>
internal sealed partial class TaskGrain
{
    private const int MaxKeys = 32;

    public Task<TaskSubmittedTo?> Continue(TaskMessage message) => writer.Change(
        head => head is null or { Deleting: true } ? new(head, null) : Publish<TaskSubmittedTo?>(head, Append(head, message)),
        message.Message.Json.Length);

    public async Task<TaskSubmittedTo> Create(TaskMessage message, string newContextId)
    {
        if (writer.Head is { Deleting: true })
        {
            await FinishRemoval();
        }

        return await writer.Change(
            head => Publish(head, head is { Deleting: false } ? Append(head, message) : Begin(head, message, newContextId)), message.Message.Json.Length);
    }

    public async Task<TaskRecord> Update(TaskChange change)
    {
        var bytes = change.Messages.Sum(message => message.Json.Length) + change.Artifacts.Sum(artifact => artifact.Json.Length);
        using var _ = BeginArtifacts(change.Artifacts);
        return await Change(change.Caller, change.LeaseToken, head => Apply(head, change), bytes);
    }

    public Task<TaskRecord> Cancel(Caller caller, long? ifGeneration) => Change(caller, null, head =>
    {
        CheckOpen(head);
        CheckGeneration(head, ifGeneration);
        var next = WithStatus(Next(head), StatusOf(head, TaskState.Canceled));
        return (next, EventOf(next) with { Status = next.Status }, next.ToRecord());
    });

    private (TaskHead Head, TaskEvent? Event, TaskSubmittedTo Result) Begin(TaskHead? before, TaskMessage message, string contextId)
    {
        if (before is not null)
        {
            throw new RegistryException(RegistryError.Conflict, $"Task '{id}' is being deleted. Try again.", "task_id");
        }

        if (message.IfGeneration is not null)
        {
            throw new RegistryException(RegistryError.Conflict, $"There is no task '{id}'; generation {message.IfGeneration} was expected.");
        }

        var stamped = Stamp(message.Message, contextId);
        var now = StatusOf(null, TaskState.Submitted);
        var head = new TaskHead
        {
            Tenant = tenant,
            Id = id,
            ContextId = contextId,
            Owner = message.Caller.Subject,
            AgentId = message.AgentId,
            Status = now,
            Metadata = message.Metadata,
            Generation = 1,
            CreatedAt = now.Timestamp,
            UpdatedAt = now.Timestamp,
            History = LogHead.Empty.Append([stamped]),
            ArtifactBytes = 0,
            Keys = message.Key is { } key ? [key] : [],
        };
        history.Add(message.Message.Id!);
        return (head, EventOf(head) with { Status = now, Messages = [stamped], Metadata = message.Metadata }, new(head.ToRecord(), Created: true, Repeated: false));
    }

    private (TaskHead Head, TaskEvent? Event, TaskSubmittedTo Result) Append(TaskHead head, TaskMessage message)
    {
        CheckAccess(head, message.Caller, leaseToken: null);
        if (message.ContextId is { } context && context != head.ContextId)
        {
            throw RegistryException.Invalid("context_id", $"is '{context}', but task '{id}' is of another context");
        }

        if (history.Has(message.Message.Id!) || (message.Key is { } known && head.Keys.Contains(known)))
        {
            return (head, null, new(head.ToRecord(), Created: false, Repeated: true));
        }

        CheckOpen(head);
        CheckGeneration(head, message.IfGeneration);
        if (message.AgentId is not null && message.AgentId != head.AgentId)
        {
            throw RegistryException.Invalid("agent_id", $"is '{message.AgentId}', but task '{id}' is {(head.AgentId is null ? "no agent's" : "another agent's")}");
        }

        var stamped = Stamp(message.Message, head.ContextId);
        var next = WithStatus(Next(head), StatusOf(head, TaskState.Submitted)) with
        {
            Metadata = Merge(head.Metadata, message.Metadata),
            History = head.History.Append([stamped]),
            Keys = message.Key is { } key ? [.. head.Keys.TakeLast(MaxKeys - 1), key] : head.Keys,
        };
        CheckRoom(head, next, "message");
        history.Add(message.Message.Id!);
        return (next, EventOf(next) with { Status = next.Status, Messages = [stamped], Metadata = message.Metadata }, new(next.ToRecord(), Created: false, Repeated: false));
    }

    private (TaskHead Head, TaskEvent? Event, TaskRecord Result) Apply(TaskHead head, TaskChange change)
    {
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

        var status = change.State is null && change.StatusMessage is null
            ? null
            : StatusOf(head, change.State ?? head.Status.State, change.StatusMessage is { } about ? Stamp(about, head.ContextId) : default);
        var metadata = Merge(head.Metadata, change.Metadata);
        var stamped = new List<RawJson>(change.Messages.Count);
        var fresh = new List<CheckedMessage>(change.Messages.Count);
        foreach (var message in change.Messages)
        {
            var json = Stamp(message, head.ContextId);
            if (!history.Has(message.Id!) && !fresh.Exists(other => other.Id == message.Id))
            {
                fresh.Add(message);
                stamped.Add(json);
            }
        }

        if (status is null && stamped.Count == 0 && change.Artifacts.Count == 0 && change.Metadata.IsEmpty)
        {
            return (head, null, head.ToRecord());
        }

        var next = Next(head) with { Metadata = metadata, History = head.History.Append(stamped.ToArray()) };
        next = status is null ? next : WithStatus(next, status);
        var plan = Plan(ref next, change.Artifacts);
        CheckRoom(head, next, change.Artifacts.Count > 0 ? "artifacts" : stamped.Count > 0 ? "messages" : "status.message");
        fresh.ForEach(message => history.Add(message.Id!));
        Take(plan, change.Artifacts);
        var happened = EventOf(next) with
        {
            Status = status,
            Messages = stamped.Count == 0 ? null : stamped,
            Artifacts = change.Artifacts.Count == 0 ? null : change.Artifacts,
            Metadata = change.Metadata,
        };
        return (next, happened, next.ToRecord());
    }

    /// <summary>The head with another status. Work under a lease goes on only while the task is being worked on.</summary>
    private static TaskHead WithStatus(TaskHead head, TaskStatus status) => head.Lease is null || status.State == TaskState.Working
        ? head with { Status = status }
        : head with { Status = status, LostToken = head.Lease.Token, Lease = null };

    private RawJson Stamp(CheckedMessage message, string contextId)
    {
        if (message.TaskId is not null && message.TaskId != id)
        {
            throw RegistryException.Invalid($"{message.Field}.taskId", $"is '{message.TaskId}', but the task is '{id}'");
        }

        if (message.ContextId is not null && message.ContextId != contextId)
        {
            throw RegistryException.Invalid($"{message.Field}.contextId", $"is '{message.ContextId}', but task '{id}' is of another context");
        }

        return MessageStamp.Apply(message.Json, message.Id, id, contextId);
    }

    private RawJson Merge(RawJson metadata, RawJson changes)
    {
        if (changes.IsEmpty)
        {
            return metadata;
        }

        var merged = JsonObjects.Merge(metadata, changes);
        rules.CheckSize(merged.Length, "metadata");
        return merged;
    }
}
