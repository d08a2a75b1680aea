using Orleans.Storage;

namespace OrleansRegistry.Tasks;

/// <summary>Whole tasks, as other task stores save them: compared with what is stored, so that only what is new is written.</summary>
internal sealed partial class TaskGrain
{
    /// <summary>What is stored as of one generation, known since the last whole task came.</summary>
    private (long Generation, TaskContents Of)? contents;

    public async Task<TaskSubmittedTo?> Put(TaskWhole task, string? newContextId)
    {
        if (newContextId is not null && writer.Head is { Deleting: true })
        {
            await FinishRemovalAsync();
        }

        var sent = new TaskContents([.. task.Messages.Select(message => message.Json)], task.Artifacts);
        var bytes = task.Messages.Sum(message => message.Json.Length) + task.Artifacts.Sum(artifact => artifact.Length);
        using var _ = BeginArtifacts(task.Artifacts.Count > 0);
        while (true)
        {
            var answer = await writer.ChangeAsync<Answered<TaskSubmittedTo>?>(
                head =>
                {
                    if (head is { Deleting: false })
                    {
                        return Put(head, task, sent);
                    }

                    return newContextId is null ? new(head, new(null)) : Begin(head, task, sent, newContextId);
                },
                bytes);
            if (answer is not null)
            {
                return answer.Value;
            }

            await LoadContentsAsync();
        }
    }

    /// <returns>No answer where what is stored is not known.</returns>
    private Changed<TaskHead, Answered<TaskSubmittedTo>?> Put(TaskHead head, TaskWhole task, TaskContents sent)
    {
        CheckAccess(head, task.Caller, task.LeaseToken);
        if (RequestMarks.Find(head.Requests, task.Caller, time.GetUtcNow()) is { } mark)
        {
            RequestMarks.Check(mark, TaskFingerprints.Of(task));
            return new(head, new(new(head.ToRecord(), Created: false, Repeated: true)));
        }

        CheckIsThat(head, task);
        if (contents?.Generation != head.Generation)
        {
            return new(head, null);
        }

        var next = Become(head, task, sent, out var happened, out var isAnew);
        if (happened is not null)
        {
            contents = (next.Generation, sent);
        }

        next = ReferenceEquals(next, head) && task.Caller.IdempotencyKey is null ? head : next with
        {
            Requests = RequestMarks.Add(head.Requests, task.Caller, () => TaskFingerprints.Of(task), time.GetUtcMilliseconds(), next.Generation),
        };
        Answered<TaskSubmittedTo> answer = new(new(next.ToRecord(), Created: false, Repeated: false));
        return happened is null
            ? new(next, answer)
            : new(next, answer, () => (isAnew ? TellAnew : (Action<TaskHead, TaskEvent>)Tell)(next, happened));
    }

    /// <summary>The head with all that the task sent has; the same head where it has that already.</summary>
    /// <param name="isAnew">An event cannot tell it: readers are to get the task as it is now.</param>
    private TaskHead Become(TaskHead head, TaskWhole task, TaskContents sent, out TaskEvent? happened, out bool isAnew)
    {
        var known = contents!.Value.Of;
        var continues = known.MessagesContinuedBy(sent);
        var added = WithIds(task.Messages.Skip(continues ?? 0));
        var chunks = known.ArtifactsToBecome(sent, task.Artifacts);
        var hasMetadata = IsSame(head.Metadata, task.Metadata);
        var isOther = task.State != head.Status.State || !IsSame(head.Status.Message, task.StatusMessage?.Json ?? default);
        var status = isOther || (task.StatusAt is { } said && said != head.Status.Timestamp)
            ? new TaskStatus(task.State, task.StatusAt ?? time.GetUtcMilliseconds(), task.StatusMessage?.Json ?? default)
            : null;
        happened = null;
        isAnew = false;
        var deadline = task.Deadline ?? head.Deadline;
        if (status is null && deadline == head.Deadline && hasMetadata && continues is not null && added.Count == 0 && chunks is { Count: 0 })
        {
            return head;
        }

        if (!task.ReplacesFinal || !task.State.IsTerminal())
        {
            CheckOpen(head);
        }

        if (continues is not null && added.Find(message => history.Has(message.Id!)) is { } twin)
        {
            throw SentMessages.Reused(twin, "its place");
        }

        if (deadline != head.Deadline)
        {
            TaskRules.CheckDeadline(deadline, time.GetUtcNow());
        }

        isAnew = continues is null || chunks is null || !(hasMetadata || JsonObjects.HasAllNames(task.Metadata, head.Metadata));
        var next = Next(head) with
        {
            Metadata = task.Metadata,
            History = Append(continues is null ? head.History.Cleared() : head.History, added),
            Deadline = deadline,
            Attempts = task.LeaseToken is null && status is null ? head.Attempts : 0,
        };
        next = status is null ? next : WithStatus(next, status);
        var anew = chunks is null ? new ArtifactSizes() : null;
        next = anew is null ? next : next with { Artifacts = head.Artifacts.Cleared(), ArtifactBytes = 0, ArtifactCount = 0 };
        chunks ??= [.. task.Artifacts.Select(artifact => new TaskArtifact(artifact))];
        var plan = Plan(ref next, chunks, anew ?? sizes);
        next = next.IsReply && next.ArtifactCount > 0 ? next with { IsReply = false } : next;
        CheckRoom(head, next, "history");
        if (continues is null)
        {
            history.Clear();
        }

        if (anew is not null)
        {
            sizes = anew;
            artifacts.Clear();
        }

        Know(added);
        Take(plan, chunks);
        happened = EventOf(next) with
        {
            Status = status,
            Messages = Sent(added),
            Artifacts = chunks.Count == 0 ? null : chunks,
            Metadata = hasMetadata ? default : task.Metadata,
        };
        return next;
    }

    private Changed<TaskHead, Answered<TaskSubmittedTo>?> Begin(TaskHead? before, TaskWhole task, TaskContents sent, string contextId)
    {
        CheckIsNew(before, task.IfGeneration);
        var added = WithIds(task.Messages);
        CheckIds(task, contextId);
        var now = time.GetUtcMilliseconds();
        var status = new TaskStatus(task.State, task.StatusAt ?? now, task.StatusMessage?.Json ?? default);
        TaskHead head = new()
        {
            Tenant = tenant,
            Id = id,
            ContextId = contextId,
            Owner = task.Caller.Subject,
            AgentId = task.AgentId,
            Status = status,
            Metadata = task.Metadata,
            Generation = generations.First(),
            CreatedAt = now,
            UpdatedAt = now,
            ArtifactBytes = 0,
            Deadline = task.State.IsTerminal() ? null : rules.DeadlineOf(task.Deadline, now),
            TraceParent = task.TraceParent,
        };
        var next = head with
        {
            History = Append(LogHead.Empty, added),
            Requests = RequestMarks.Add([], task.Caller, () => TaskFingerprints.Of(task), now, head.Generation),
        };
        TaskArtifact[] whole = [.. task.Artifacts.Select(artifact => new TaskArtifact(artifact))];
        var plan = Plan(ref next, whole, sizes);
        CheckRoom(head, next, "history");
        Know(added);
        Take(plan, whole);
        contents = (next.Generation, sent);
        var happened = EventOf(next) with { Status = status, Messages = Sent(added), Artifacts = whole.Length == 0
            ? null
            : whole, Metadata = task.Metadata };
        return new(next, new(new(next.ToRecord(), Created: true, Repeated: false)), () => Tell(next, happened));
    }

    private async Task LoadContentsAsync()
    {
        if (writer.Head is not { Deleting: false } head)
        {
            return;
        }

        try
        {
            var logs = new LogReader(pages);
            var messages = (await logs.ReadNewestAsync(LogName.HistoryOf(tenant, id), head.History, long.MaxValue, long.MaxValue)).Items;
            var whole = (await new ArtifactReader(logs).ReadWholeAsync(LogName.ArtifactsOf(tenant, id), head.Artifacts, long.MaxValue)).Artifacts;
            contents = (head.Generation, new TaskContents(MessageItem.Read(messages), whole));
        }
        catch (MissingPageException missing)
        {
            if (ReferenceEquals(head, writer.Head))
            {
                throw new InconsistentStateException($"{missing.Message} Another writer has taken over.", missing);
            }
        }
    }

    /// <summary>Makes whoever watches take the task as it is.</summary>
    private void TellAnew(TaskHead head, TaskEvent happened)
    {
        var told = events;
        events = EventsAfter(happened.Generation);
        told.Wake();
        TellWorkers(head, happened);
        TellWebhooks(head);
    }

    private void CheckIsThat(TaskHead head, TaskWhole task)
    {
        if (task.IfAbsent)
        {
            throw new RegistryException(RegistryError.Conflict, $"There is a task '{id}' already.", "task_id")
            {
                CurrentGeneration = head.Generation,
            };
        }

        CheckGeneration(head, task.IfGeneration);
        if (task.ContextId is { } context && context != head.ContextId)
        {
            throw RegistryException.Invalid("contextId", $"is '{context}', but task '{id}' is of another context, for good");
        }

        if (task.AgentId is { } agent && agent != head.AgentId)
        {
            throw RegistryException.Invalid(
                "agentId",
                $"is '{agent}', but task '{id}' is {(head.AgentId is null ? "no agent's" : "another agent's")}, for good");
        }

        CheckIds(task, head.ContextId);
    }

    private void CheckIds(TaskWhole task, string contextId)
    {
        foreach (var message in task.StatusMessage is { } about ? task.Messages.Append(about) : task.Messages)
        {
            CheckIds(message, contextId);
        }
    }

    private static List<CheckedMessage> WithIds(IEnumerable<CheckedMessage> messages) =>
        [.. messages.Select(message => message.Id is null ? message with { Id = DerivedId.Random() } : message)];

    private static bool IsSame(RawJson one, RawJson other) =>
        one == other || (!one.IsEmpty && !other.IsEmpty && JsonValueHash.Of(one, []).AsSpan().SequenceEqual(JsonValueHash.Of(other, [])));
}
