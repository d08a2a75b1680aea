using OrleansRegistry.Snapshots;
using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Transfer;

/// <summary>What a transfer has to know of the head of a task, a context or a task's feedback, of an agent or a subscription.</summary>
/// <param name="ChangedAt">Null where it does not say.</param>
/// <param name="Logs">The logs whose pages belong to it.</param>
internal sealed record TransferHead(DateTimeOffset? ChangedAt, IReadOnlyList<(LogName Name, LogHead Log)> Logs)
{
    /// <summary>The record of the vectors that an agent was given; null where there are none, and of other kinds.</summary>
    public (RecordKey Key, AgentVectorInfo Given)? Vectors { get; init; }

    /// <summary>The keys of its pages, in the order in which they are told.</summary>
    public IEnumerable<RecordKey> PageKeys()
    {
        foreach (var (name, log) in Logs)
        {
            for (var number = log.Base + 1; number <= log.Pages; number++)
            {
                yield return name.KeyOf(number);
            }
        }
    }
}

/// <summary>A kind of record that is exported and imported.</summary>
/// <param name="Plural">How requests and counts call it: <c>tasks</c>.</param>
/// <param name="IdField">How errors call its id.</param>
/// <param name="Read">Reads a record, or throws <see cref="RegistryError.Unreadable"/>; null for one that is being deleted, which nobody sees any
/// more.</param>
internal sealed record TransferKind(string Plural, RecordKind Kind, string IdField, Func<StoredRecord, TransferHead?> Read)
{
    /// <summary>
    /// The record with its logs in other pages, in the order of <see cref="TransferHead.Logs"/>. Never called of a kind whose records have none.
    /// </summary>
    public Func<StoredRecord, LogHead[], RecordBody> WithLogs { get; private init; } = (record, _) => record.Body;

    /// <summary>Whether its records have logs.</summary>
    public bool HasPages { get; private init; }

    public static TransferKind Agents { get; } = new("agents", AgentKind.Kind, "agent_id", ReadAgent);

    public static TransferKind Tasks { get; } = new("tasks", TaskKind.Kind, "task_id", ReadTask)
    {
        HasPages = true,
        WithLogs = (record, logs) => TaskKind.Write(TaskKind.Read(record) with { History = logs[0], Artifacts = logs[1] }),
    };

    public static TransferKind Contexts { get; } = new("contexts", ContextKind.Kind, "context_id", ReadContext)
    {
        HasPages = true,
        WithLogs = (record, logs) => ContextKind.Write(ContextKind.Read(record) with { Messages = logs[0] }),
    };

    public static TransferKind Feedback { get; } = new("feedback", FeedbackKind.Kind, "task_id", ReadFeedback)
    {
        HasPages = true,
        WithLogs = (record, logs) => FeedbackKind.Write(FeedbackKind.Read(record) with { Items = logs[0] }),
    };

    public static TransferKind Subscriptions { get; } = new(
        "subscriptions", SubscriptionKind.Kind, "subscription_id", stored => new TransferHead(SubscriptionKind.Read(stored).UpdatedAt, []));

    /// <summary>Cards that agents had and that are in their own records no more. They do not say when they were replaced.</summary>
    public static TransferKind AgentVersions { get; } = new(
        "versions", AgentVersionKind.Kind, "version_id", ReadVersion);

    /// <summary>Vectors that agents were given, each time a record of its own, which the agent's names.</summary>
    public static TransferKind Vectors { get; } = new(
        "vectors", GivenVectorsKind.Kind, "vectors_id", stored => new TransferHead(GivenVectorsKind.Read(stored).Info.WrittenAt, []));

    /// <summary>Keys, users and rules. Their secrets are hashes. They do not say when they were changed.</summary>
    public static TransferKind Trust { get; } = new("trust", TrustKind.Kind, "trust_id", ReadTrust);

    /// <summary>Cards that wait for a review, or did.</summary>
    public static TransferKind Reviews { get; } = new("reviews", ReviewKind.Kind, "agent_id", ReadReview);

    /// <summary>How counts call the pages of all kinds.</summary>
    public const string Pages = "pages";

    /// <summary>In the order of an export: an import finds what others rest on first.</summary>
    public static IReadOnlyList<TransferKind> All { get; } =
        [Agents, AgentVersions, Vectors, Tasks, Contexts, Feedback, Subscriptions, Trust, Reviews];

    /// <summary>
    /// What moves to another store with the rest, and is in no export: the index of snapshots and of uploads, whose files stay where they are, and
    /// audit trails, which nobody may write into from outside.
    /// </summary>
    public static IReadOnlyList<TransferKind> AllAndIndexes { get; } =
    [
        .. All,
        new("snapshots", SnapshotKind.Kind, "snapshot_id", _ => new TransferHead(null, [])),
        new("snapshot uploads", SnapshotUploadKind.Kind, "upload_id", _ => new TransferHead(null, [])),
        new("audit pages", AuditKind.Kind, "page_id", _ => new TransferHead(null, [])),
    ];

    /// <exception cref="RegistryException">There is no such kind.</exception>
    public static IReadOnlyList<TransferKind> Of(IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => All.All(kind => kind.Plural != name)) is { } unknown)
        {
            throw RegistryException.Invalid(
                "kinds",
                $"'{RecordLine.Shorten(unknown)}' is none of {string.Join(", ", All.Select(kind => kind.Plural))}");
        }

        return names.Count == 0 ? All : [.. All.Where(kind => names.Contains(kind.Plural, StringComparer.Ordinal))];
    }

    public override string ToString() => Plural;

    private static TransferHead ReadAgent(StoredRecord stored)
    {
        var agent = AgentKind.ReadBesideCard(stored);
        RecordLine.CheckJson(AgentKind.Kind, stored);
        return new TransferHead(ChangedAt(agent), []) { Vectors = agent.Vectors is { } given ? (GivenVectors.KeyOf(agent, given), given) : null };
    }

    /// <summary>When any of an agent was written last: of what leaves its own time as it is, too.</summary>
    private static DateTimeOffset ChangedAt(AgentRecord agent) => agent.Instances
        .SelectMany(instance => (DateTimeOffset?[])[instance.UpdatedAt, instance.Lease?.Since])
        .Concat(
        [
            agent.UpdatedAt, agent.Lease?.Since, agent.Probe?.Result?.Since, agent.VectorStamp?.WrittenAt, agent.Source?.FetchedAt,
            agent.Source?.Failure?.At,
        ])
        .Max()!.Value;

    private static TransferHead ReadVersion(StoredRecord stored)
    {
        _ = AgentVersionKind.ReadAll(stored);
        return new TransferHead(null, []);
    }

    private static TransferHead ReadTrust(StoredRecord stored)
    {
        _ = TrustKind.Check(stored);
        return new TransferHead(null, []);
    }

    private static TransferHead ReadReview(StoredRecord stored)
    {
        var review = ReviewKind.Read(stored);
        RecordLine.CheckJson(ReviewKind.Kind, stored);
        return new TransferHead(review.DecidedAt ?? review.RequestedAt, []);
    }

    private static TransferHead? ReadTask(StoredRecord stored)
    {
        var task = TaskKind.Read(stored);
        var (tenant, id) = stored.Key;
        return task.Deleting
            ? null
            : new TransferHead(task.UpdatedAt, [(LogName.HistoryOf(tenant, id), task.History), (LogName.ArtifactsOf(tenant, id), task.Artifacts)]);
    }

    private static TransferHead? ReadContext(StoredRecord stored)
    {
        var context = ContextKind.Read(stored);
        return context.Deleting
            ? null
            : new TransferHead(context.Context.UpdatedAt, [(LogName.MessagesOf(stored.Key.Tenant, stored.Key.Id), context.Messages)]);
    }

    private static TransferHead ReadFeedback(StoredRecord stored)
    {
        var items = FeedbackKind.Read(stored).Items;
        DateTimeOffset? newest = items.Tail.Length == 0 ? null : FeedbackItem.Read(items.Tail[^1]).At;
        return new TransferHead(newest, [(LogName.FeedbackOf(stored.Key.Tenant, stored.Key.Id), items)]);
    }
}
