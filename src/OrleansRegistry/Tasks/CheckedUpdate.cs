namespace OrleansRegistry.Tasks;

/// <summary>Reads and checks updates of tasks.</summary>
internal static class CheckedUpdate
{
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static TaskChange Of(Caller caller, TaskUpdate update, TaskRules rules)
    {
        if (update is { State: null, StatusMessage: null, Messages.Count: 0, Artifacts.Count: 0, Metadata: null, Remote: null })
        {
            throw RegistryException.Invalid("update", "names nothing to change");
        }

        if (update.State is { } state && !Enum.IsDefined(state))
        {
            throw RegistryException.Invalid("state", "must be a state of a task, other than 'unspecified'");
        }

        if (update.Reply && update is not { State: TaskState.Completed, StatusMessage: not null, Artifacts.Count: 0 })
        {
            throw RegistryException.Invalid("reply", "goes with the state completed, a status message and no artifacts: that message is the answer");
        }

        TaskRules.CheckItems(
            update.Messages.Count + update.Artifacts.Count,
            update.Artifacts.Count > update.Messages.Count ? "artifacts" : "messages");
        var total = (update.StatusMessage?.Length ?? 0L) + (update.Metadata?.Length ?? 0L)
            + update.Messages.Sum(message => (long)message.Length) + update.Artifacts.Sum(artifact => (long)artifact.Json.Length);
        CheckTotal(total, rules, "update");

        return new TaskChange(
            caller,
            update.State,
            update.StatusMessage is { } about ? Message(about, "status.message", rules) : null,
            Messages(update.Messages, rules),
            [.. update.Artifacts.Select((artifact, i) => ArtifactLog.Read(artifact, $"artifacts[{i}]", rules))],
            update.Metadata is { } metadata ? rules.ReadObject(metadata, "metadata") : default,
            update.IfState,
            update.IfGeneration,
            update.LeaseToken)
        {
            Reply = update.Reply,
            Remote = update.Remote,
        };
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    public static void CheckTotal(long bytes, TaskRules rules, string what)
    {
        if (bytes > rules.MaxLoadBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"The {what} has {bytes:N0} bytes; this registry takes up to {rules.MaxLoadBytes:N0} at once.",
                what);
        }
    }

    /// <summary>Messages, each with an id.</summary>
    public static IReadOnlyList<CheckedMessage> Messages(IReadOnlyList<ReadOnlyMemory<byte>> messages, TaskRules rules) =>
        [.. messages.Select((message, i) => Message(message, $"messages[{i}]", rules))];

    private static CheckedMessage Message(ReadOnlyMemory<byte> utf8, string field, TaskRules rules)
    {
        var message = MessageReader.Read(utf8, field, rules);
        return message.Id is null ? message with { Id = DerivedId.Random() } : message;
    }
}
