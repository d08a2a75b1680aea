namespace OrleansRegistry.Tasks;

/// <summary>One task as it is stored: all but the pages of its history and artifacts. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.TaskHead")]
internal sealed record TaskHead : TaskProperties
{
    /// <summary>
    /// The messages, each as a <see cref="MessageItem"/>. Those that older versions stored are stamped with the ids of task and context.
    /// </summary>
    [Id(0)]
    public LogHead History { get; init; } = LogHead.Empty;

    /// <summary>
    /// What was sent of artifacts, in order; see <see cref="ArtifactLog"/>. <see cref="TaskProperties.ArtifactCount"/> is how many there are once it
    /// is folded.
    /// </summary>
    [Id(1)]
    public LogHead Artifacts { get; init; } = LogHead.Empty;

    /// <summary>The token of the last lease that ended before its holder released it, so that the holder gets the right error.</summary>
    [Id(2)]
    public string? LostToken { get; init; }

    /// <summary>In the order of their ids.</summary>
    [Id(3)]
    public IReadOnlyList<TaskWebhook> Webhooks { get; init; } = [];

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"task {Id}";

    /// <summary>The idempotency keys of submissions, as versions before <see cref="Requests"/> kept them.</summary>
    [Id(4)]
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>It is being deleted, and nobody sees it any more.</summary>
    [Id(5)]
    public bool Deleting { get; init; }

    /// <summary>
    /// What <see cref="Artifacts"/> has of artifacts that were not replaced, in bytes; null where an older version wrote it, which did not count.
    /// </summary>
    [Id(6)]
    public long? ArtifactBytes { get; init; }

    /// <summary>The pages of <see cref="Artifacts"/> up to this number are deleted: what they held was replaced, or has been written again.</summary>
    [Id(7)]
    public long ArtifactsSwept { get; init; }

    /// <summary>The pages of <see cref="History"/> up to this number are deleted: another history has taken the place of what they held.</summary>
    [Id(8)]
    public long HistorySwept { get; init; }

    /// <summary>
    /// Set while something is to be delivered to a webhook: when upkeep looks whether anybody is at it. Kept up to date by <see
    /// cref="WebhookDelivery.Settle"/>.
    /// </summary>
    [Id(9)]
    public DateTimeOffset? PushDue { get; init; }

    /// <summary>
    /// The newest requests that named themselves, or said more than their message; null where a version that kept none wrote the task last.
    /// </summary>
    [Id(30)]
    public IReadOnlyList<RequestMark>? Requests { get; init; }

    /// <inheritdoc cref="UnknownMembers"/>
    [Id(31)]
    public UnknownMembers Unknown { get; init; }

    /// <summary>
    /// The bytes of messages, living artifacts and the status's message: what an answer with the whole task carries. What an older version wrote
    /// counts as far as it is known.
    /// </summary>
    public long ContentBytes => (History.Bytes ?? 0) + (ArtifactBytes ?? 0) + Status.Message.Length;

    /// <summary>Whether this is the token of a lease that is not over.</summary>
    public bool IsHeldBy(string? leaseToken, DateTimeOffset now) =>
        leaseToken is not null && Lease is { } lease && lease.Token == leaseToken && lease.ExpiresAt > now;

    /// <summary>
    /// Whether this is the token of the present lease, also where its time is over, or of the last one that ended before its holder gave it back.
    /// </summary>
    public bool KnowsLease(string? leaseToken) => leaseToken is not null && (leaseToken == Lease?.Token || leaseToken == LostToken);

    /// <summary>The task without history and artifacts, and without the secret of its lease.</summary>
    public TaskRecord ToRecord() => new(this)
    {
        HistoryCount = History.Count,
        Lease = Lease is null ? null : Lease with { Token = "" },
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
