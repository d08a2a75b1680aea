namespace OrleansRegistry;

/// <summary>Which tasks to list. All that is set must hold; the default is all that the caller may see. Newest status first.</summary>
public sealed record TaskQuery
{
    public string? ContextId { get; init; }

    /// <summary>One of these; empty is any.</summary>
    public IReadOnlyList<TaskState> States { get; init; } = [];

    public string? AgentId { get; init; }

    /// <summary>Status timestamp at or after.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>True: only tasks that have a webhook.</summary>
    public bool HasWebhook { get; init; }

    /// <summary>Within <see cref="PageLimit.Tasks"/>.</summary>
    public int PageSize { get; init; } = PageLimit.Tasks.Usual;

    /// <summary>The <see cref="TaskPage.NextPageToken"/> of the page before; the rest of the query must be the same.</summary>
    public string? PageToken { get; init; }

    /// <summary>What of each task to load.</summary>
    public TaskView View { get; init; } = new() { HeadOnly = true };

    /// <summary>Whether <see cref="TaskPage.Total"/> is counted.</summary>
    public bool CountTotal { get; init; }
}

/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Total">How many match in all, where it was asked for.</param>
public sealed record TaskPage(IReadOnlyList<TaskRecord> Tasks, string? NextPageToken, long? Total)
{
    /// <summary>The tasks of this page that were left out, as what is stored of them cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}

/// <summary>One page of a task's artifacts.</summary>
/// <param name="First">The number of the first, from 0.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Continues">The last artifact is too large for one page: the next page begins with more parts of it.</param>
public sealed record ArtifactPage(IReadOnlyList<RawJson> Artifacts, long First, long Total, string? NextPageToken, bool Continues = false);

/// <summary>One page of messages or feedback, oldest first.</summary>
/// <param name="First">The number of the first item, from 0.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ItemPage<T>(IReadOnlyList<T> Items, long First, long Total, string? NextPageToken);
