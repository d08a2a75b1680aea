namespace OrleansRegistry;

/// <summary>
/// Selects tasks, newest status first. A task must match every filter that is set; without filters all that the caller may see match.
/// </summary>
public sealed record TaskQuery
{
    /// <summary>The context of the task. Null matches all.</summary>
    public string? ContextId { get; init; }

    /// <summary>Any of these states; empty matches all.</summary>
    public IReadOnlyList<TaskState> States { get; init; } = [];

    /// <summary>The agent of the task. Null matches all.</summary>
    public string? AgentId { get; init; }

    /// <summary>The status timestamp is at or after this time. Null matches all.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>True: only tasks that have a webhook.</summary>
    public bool HasWebhook { get; init; }

    /// <summary>True: only tasks with a webhook that was given up (<see cref="TaskWebhook.Failure"/>).</summary>
    public bool HasFailedWebhook { get; init; }

    /// <summary>The most tasks of a page, within <see cref="PageLimit.Tasks"/>.</summary>
    public int PageSize { get; init; } = PageLimit.Tasks.Usual;

    /// <summary>The <see cref="TaskPage.NextPageToken"/> of the previous page; null for the first. The rest of the query must be unchanged.</summary>
    public string? PageToken { get; init; }

    /// <summary>
    /// True: each task that matches all the while is on exactly one page, also where tasks change, come and go between the pages. What follows the
    /// first page, up to 10,000 tasks, is held in memory until five minutes after its last page was read, each at the place it had and shown as it
    /// is. Beyond that, and where it is no longer held, the list goes on by status time, and can miss a task that changes meanwhile.
    /// </summary>
    public bool Stable { get; init; }

    /// <summary>The parts of each task to load; by default neither history nor artifacts.</summary>
    public TaskView View { get; init; } = new() { HeadOnly = true };

    /// <summary>True: count <see cref="TaskPage.Total"/>.</summary>
    public bool CountTotal { get; init; }
}

/// <summary>One page of tasks.</summary>
/// <param name="Tasks">Newest status first.</param>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Total">The number of matching tasks on all pages; null unless <see cref="TaskQuery.CountTotal"/>.</param>
public sealed record TaskPage(IReadOnlyList<TaskRecord> Tasks, string? NextPageToken, long? Total)
{
    /// <summary>The ids of tasks left out of this page because their stored records cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}

/// <summary>One page of a task's artifacts.</summary>
/// <param name="Artifacts">In the order in which each was first added.</param>
/// <param name="First">The number of the first, from 0.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="NextPageToken">Null on the last page.</param>
/// <param name="Continues">True: the last artifact continues on the next page, which begins with more of its parts.</param>
public sealed record ArtifactPage(IReadOnlyList<RawJson> Artifacts, long First, long Total, string? NextPageToken, bool Continues = false);

/// <summary>One page of messages or feedback.</summary>
/// <typeparam name="T">The type of an item.</typeparam>
/// <param name="Items">Oldest first.</param>
/// <param name="First">The number of the first item, from 0.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="NextPageToken">Null on the last page.</param>
public sealed record ItemPage<T>(IReadOnlyList<T> Items, long First, long Total, string? NextPageToken);
