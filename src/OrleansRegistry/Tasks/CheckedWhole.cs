namespace OrleansRegistry.Tasks;

/// <summary>Reads and checks whole tasks.</summary>
internal static class CheckedWhole
{
    /// <summary>Clocks differ, but not by more.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static TaskWhole Of(Caller caller, TaskPut task, TaskRules rules, DateTimeOffset now)
    {
        CheckStatus(task, now);
        CheckId(task.ContextId, "contextId");
        CheckId(task.AgentId, "agentId");
        TaskRules.CheckItems(
            task.Messages.Count + task.Artifacts.Count,
            task.Artifacts.Count > task.Messages.Count ? "artifacts" : "history",
            TaskRules.MaxWholeItems);
        var bytes = (task.StatusMessage?.Length ?? 0L) + (task.Metadata?.Length ?? 0L)
            + task.Messages.Sum(message => (long)message.Length) + task.Artifacts.Sum(artifact => (long)artifact.Length);
        CheckedUpdate.CheckTotal(bytes, rules, "task");
        return new TaskWhole(
            caller,
            task.State,
            task.StatusAt?.ToUniversalTime().ToMilliseconds(),
            task.StatusMessage is { } about ? MessageReader.Read(about, "status.message", rules) : null,
            Messages(task, rules),
            Artifacts(task, rules),
            task.Metadata is { } metadata ? rules.ReadObject(metadata, "metadata") : default)
        {
            ContextId = task.ContextId,
            AgentId = task.AgentId,
            IfGeneration = task.IfGeneration,
            IfAbsent = task.IfAbsent,
            LeaseToken = task.LeaseToken,
            ReplacesFinal = task.ReplacesFinal,
            Deadline = task.Deadline?.ToUniversalTime().ToMilliseconds(),
            TraceParent = RegistryTelemetry.TraceParent,
        };
    }

    private static void CheckStatus(TaskPut task, DateTimeOffset now)
    {
        if (!Enum.IsDefined(task.State))
        {
            throw RegistryException.Invalid("status.state", "must be a state of a task, other than 'unspecified'");
        }

        if (task.StatusAt is { } at && (at < DateTimeOffset.UnixEpoch || at > now + Ahead))
        {
            throw RegistryException.Invalid("status.timestamp", $"is {at:O}; it can be from 1970 to a day from now");
        }
    }

    private static void CheckId(string? id, string field)
    {
        if (id is not null)
        {
            Identifiers.CheckId(id, field);
        }
    }

    /// <summary>A message that is there twice is one.</summary>
    private static List<CheckedMessage> Messages(TaskPut task, TaskRules rules)
    {
        var messages = new List<CheckedMessage>(task.Messages.Count);
        var known = new Dictionary<string, CheckedMessage>(StringComparer.Ordinal);
        foreach (var (i, sent) in task.Messages.Index())
        {
            var message = MessageReader.Read(sent, $"history[{i}]", rules);
            if (message.Id is null || known.TryAdd(message.Id, message))
            {
                messages.Add(message);
            }
            else
            {
                SentMessages.CheckTwin(known[message.Id], message);
            }
        }

        return messages;
    }

    private static List<RawJson> Artifacts(TaskPut task, TaskRules rules)
    {
        var artifacts = new List<RawJson>(task.Artifacts.Count);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, sent) in task.Artifacts.Index())
        {
            var artifact = ArtifactLog.Read(new ArtifactUpdate(sent), $"artifacts[{i}]", rules).Json;
            artifacts.Add(ids.Add(ArtifactLog.IdOf(artifact))
                ? artifact
                : throw RegistryException.Invalid(
                    $"artifacts[{i}].artifactId",
                    $"is '{ArtifactLog.IdOf(artifact)}', as of another artifact of the task"));
        }

        return artifacts;
    }
}
