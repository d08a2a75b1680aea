namespace OrleansRegistry.Tasks;

/// <summary>One task as it is stored: all but the pages of its history and artifacts. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskHead")]
internal sealed record TaskHead
{
    [Id(0)]
    public required string Tenant { get; init; }

    [Id(1)]
    public required string Id { get; init; }

    [Id(2)]
    public required string ContextId { get; init; }

    [Id(3)]
    public required string Owner { get; init; }

    [Id(4)]
    public string? AgentId { get; init; }

    [Id(5)]
    public required TaskStatus Status { get; init; }

    [Id(6)]
    public RawJson Metadata { get; init; }

    [Id(7)]
    public long Generation { get; init; }

    [Id(8)]
    public DateTimeOffset CreatedAt { get; init; }

    [Id(9)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The messages, each as a <see cref="MessageItem"/>. Those that older versions stored are stamped with the ids of task and context.</summary>
    [Id(10)]
    public LogHead History { get; init; } = LogHead.Empty;

    /// <summary>What was sent of artifacts, in order; see <see cref="ArtifactLog"/>.</summary>
    [Id(11)]
    public LogHead Artifacts { get; init; } = LogHead.Empty;

    /// <summary>How many artifacts there are once <see cref="Artifacts"/> is folded.</summary>
    [Id(12)]
    public int ArtifactCount { get; init; }

    [Id(13)]
    public TaskLease? Lease { get; init; }

    /// <summary>The token of the last lease that ended before its holder gave it back: so that the holder can be told.</summary>
    [Id(14)]
    public string? LostToken { get; init; }

    /// <summary>In the order of their ids.</summary>
    [Id(15)]
    public IReadOnlyList<TaskWebhook> Webhooks { get; init; } = [];

    /// <summary>The idempotency keys of submissions, as versions before <see cref="Requests"/> kept them.</summary>
    [Id(16)]
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>It is being deleted, and nobody sees it any more.</summary>
    [Id(17)]
    public bool Deleting { get; init; }

    /// <summary>What <see cref="Artifacts"/> has of artifacts that were not replaced, in bytes; null where an older version wrote it, which did not count.</summary>
    [Id(18)]
    public long? ArtifactBytes { get; init; }

    /// <summary>The pages of <see cref="Artifacts"/> up to this number are deleted: what they held was replaced, or has been written again.</summary>
    [Id(19)]
    public long ArtifactsSwept { get; init; }

    /// <summary>When the task fails if it is not over by then; null for never.</summary>
    [Id(20)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How many claims in a row, the present one included, have brought no change of the task.</summary>
    [Id(21)]
    public int Attempts { get; init; }

    /// <summary>The pages of <see cref="History"/> up to this number are deleted: another history has taken the place of what they held.</summary>
    [Id(22)]
    public long HistorySwept { get; init; }

    /// <summary>The newest requests that named themselves, or said more than their message; null where a version that kept none wrote the task last.</summary>
    [Id(30)]
    public IReadOnlyList<RequestMark>? Requests { get; init; }

    /// <inheritdoc cref="UnknownMembers"/>
    [Id(31)]
    public UnknownMembers Unknown { get; init; }

    /// <summary>The bytes of messages, living artifacts and the status's message: what an answer with the whole task carries. What an older version wrote counts as far as it is known.</summary>
    public long ContentBytes => (History.Bytes ?? 0) + (ArtifactBytes ?? 0) + Status.Message.Length;

    /// <summary>Whether this is the token of a lease that is not over.</summary>
    public bool IsHeldBy(string? leaseToken, DateTimeOffset now) => leaseToken is not null && Lease is { } lease && lease.Token == leaseToken && lease.ExpiresAt > now;

    /// <summary>Whether this is the token of the present lease, also where its time is over, or of the last one that ended before its holder gave it back.</summary>
    public bool KnowsLease(string? leaseToken) => leaseToken is not null && (leaseToken == Lease?.Token || leaseToken == LostToken);

    /// <summary>The task without history and artifacts, and without the secret of its lease.</summary>
    public TaskRecord ToRecord() => new()
    {
        Tenant = Tenant,
        Id = Id,
        ContextId = ContextId,
        Owner = Owner,
        AgentId = AgentId,
        Status = Status,
        Metadata = Metadata,
        Generation = Generation,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        HistoryCount = History.Count,
        ArtifactCount = ArtifactCount,
        Lease = Lease is null ? null : Lease with { Token = "" },
        Deadline = Deadline,
        Attempts = Attempts,
    };
}

/// <summary>The feedback of one task as it is stored: all but its pages.</summary>
[GenerateSerializer, Immutable, Alias("registry.FeedbackHead")]
internal sealed record FeedbackHead([property: Id(0)] LogHead Items)
{
    /// <summary>The newest requests that named themselves; the result of each is the number of its feedback.</summary>
    [Id(1)]
    public IReadOnlyList<RequestMark> Requests { get; init; } = [];

    /// <inheritdoc cref="UnknownMembers"/>
    [Id(31)]
    public UnknownMembers Unknown { get; init; }
}
