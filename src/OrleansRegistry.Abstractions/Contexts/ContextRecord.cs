namespace OrleansRegistry;

/// <summary>One context (conversation) as committed. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.ContextRecord")]
public sealed record ContextRecord
{
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The subject that made the context; set once.</summary>
    [Id(2)]
    public required string Owner { get; init; }

    /// <summary>What callers keep with it: one JSON object; empty where there is none.</summary>
    [Id(3)]
    public RawJson Data { get; init; }

    /// <summary>One more with every change of its own (not of its tasks); begins as a task's, see <see cref="TaskRecord.Generation"/>.</summary>
    [Id(4)]
    public long Generation { get; init; }

    [Id(5)]
    public DateTimeOffset CreatedAt { get; init; }

    [Id(6)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How many messages its own history holds.</summary>
    [Id(7)]
    public long MessageCount { get; init; }

    /// <summary>In the answer to a write: that it was carried out before, and the context is as it is now.</summary>
    [Id(30)]
    public bool Repeated { get; init; }
}

/// <summary>A context with its tasks.</summary>
/// <param name="TaskIds">The newest, up to 100; all are listed by <see cref="ITaskRegistry.ListAsync"/>.</param>
public sealed record ContextSummary(ContextRecord Context, long TaskCount, IReadOnlyList<string> TaskIds);

/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ContextPage(IReadOnlyList<ContextSummary> Contexts, string? NextPageToken)
{
    /// <summary>The contexts of this page that were left out, as what is stored of them cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}

/// <summary>One change of a context. What the change did not touch is null or empty.</summary>
/// <param name="Snapshot">The context, where the event is the first of a stream or events in between are no longer held.</param>
/// <param name="Cleared">Its tasks and messages were removed.</param>
[GenerateSerializer, Immutable, Alias("registry.ContextEvent")]
public sealed record ContextEvent(
    [property: Id(0)] string ContextId,
    [property: Id(1)] long Generation,
    [property: Id(2)] ContextRecord? Snapshot = null,
    [property: Id(3)] RawJson Data = default,
    [property: Id(4)] IReadOnlyList<RawJson>? Messages = null,
    [property: Id(5)] string? TaskId = null,
    [property: Id(6)] bool Cleared = false,
    [property: Id(7)] bool Deleted = false);
