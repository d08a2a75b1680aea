namespace OrleansRegistry;

/// <summary>One context (conversation) as committed. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.ContextRecord")]
public sealed record ContextRecord
{
    /// <summary>The tenant that the context belongs to.</summary>
    [Id(0)]
    public required string Tenant { get; init; }

    /// <summary>Unique within the tenant.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The subject that created the context; never changes.</summary>
    [Id(2)]
    public required string Owner { get; init; }

    /// <summary>Data that callers keep with the context: one JSON object, empty when there is none.</summary>
    [Id(3)]
    public RawJson Data { get; init; }

    /// <summary>
    /// Increases by one with every change of the context itself, not of its tasks. Starts like <see cref="TaskProperties.Generation"/>.
    /// </summary>
    [Id(4)]
    public long Generation { get; init; }

    /// <summary>When the context was created, in UTC, to the millisecond.</summary>
    [Id(5)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the context was last changed, in UTC, to the millisecond.</summary>
    [Id(6)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The number of messages in the context's own history.</summary>
    [Id(7)]
    public long MessageCount { get; init; }

    /// <summary>
    /// Set in the result of a write: a request with this idempotency key was carried out before, and the record is the context as it is now.
    /// </summary>
    [Id(30)]
    public bool Repeated { get; init; }
}

/// <summary>A context with its newest tasks.</summary>
/// <param name="Context">The context.</param>
/// <param name="TaskCount">The number of its tasks.</param>
/// <param name="TaskIds">The ids of the newest 100 tasks; <see cref="TaskQuery.ContextId"/> selects all of them in
/// <see cref="ITaskRegistry.ListAsync"/>.</param>
public sealed record ContextSummary(ContextRecord Context, long TaskCount, IReadOnlyList<string> TaskIds);

/// <summary>One page of contexts.</summary>
/// <param name="Contexts">Newest change first.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ContextPage(IReadOnlyList<ContextSummary> Contexts, string? NextPageToken)
{
    /// <summary>The ids of contexts left out of this page because their stored records cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}

/// <summary>One change of a context. Members that the change did not touch are null or empty.</summary>
/// <param name="ContextId">The context's id.</param>
/// <param name="Generation">The context's generation after the change.</param>
/// <param name="Snapshot">The whole context: in the first event of a stream, and after a gap of events that are no longer held. Null
/// otherwise.</param>
/// <param name="Data">The data that was sent with the change.</param>
/// <param name="Messages">The appended messages.</param>
/// <param name="TaskId">The id of a task that the context gained.</param>
/// <param name="Cleared">True: its tasks and messages were deleted.</param>
/// <param name="Deleted">True: the context was deleted; the last event.</param>
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
