namespace OrleansRegistry.Protocol;

/// <summary>One <c>StreamResponse</c> of A2A: what a stream or a push notification tells at once.</summary>
/// <remarks>Source: A2A 1.0, 3.2.3.</remarks>
internal abstract record StreamItem
{
    private StreamItem()
    {
    }

    /// <summary>
    /// The generation of the task up to which a reader knows everything with this item; null where more of the same change follows, so that a reader
    /// that comes back after this item gets all of the change again.
    /// </summary>
    public long? EventId { get; init; }

    /// <summary>The task as it is.</summary>
    internal sealed record OfTask(TaskRecord Task) : StreamItem;

    /// <summary>A direct answer of the agent, as it was stored.</summary>
    internal sealed record OfMessage(RawJson Message, string ContextId) : StreamItem;

    /// <param name="Metadata">What came with the change; empty for nothing.</param>
    internal sealed record OfStatus(string TaskId, string ContextId, TaskStatus Status, RawJson Metadata) : StreamItem;

    internal sealed record OfArtifact(string TaskId, string ContextId, TaskArtifact Artifact) : StreamItem;

    /// <summary>
    /// What a change of a task is in A2A, in order: the whole task, or first each artifact and then the status. Nothing where neither changed, and
    /// where the task was deleted.
    /// </summary>
    public static IReadOnlyList<StreamItem> Of(TaskEvent change)
    {
        if (change.Snapshot is { } task)
        {
            return [new OfTask(task) { EventId = change.Generation }];
        }

        var items = new List<StreamItem>((change.Artifacts?.Count ?? 0) + 1);
        items.AddRange((change.Artifacts ?? []).Select(artifact => new OfArtifact(change.TaskId, change.ContextId, artifact)));
        if (change.Status is { } status)
        {
            items.Add(new OfStatus(change.TaskId, change.ContextId, status, change.Metadata));
        }

        if (items.Count > 0)
        {
            items[^1] = items[^1] with { EventId = change.Generation };
        }

        return items;
    }
}
