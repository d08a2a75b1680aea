namespace OrleansRegistry.Tasks;

/// <summary>Loads of a task what a view asks for: its head is given, and of the pages those that are needed are read.</summary>
internal sealed class TaskLoader(LogReader logs, ArtifactReader artifacts, TaskRules rules)
{
    private const int Tries = 4;

    /// <summary>What is larger is worth sharing among its readers.</summary>
    private const long SharedBytes = 64 * 1024;

    private readonly SharedContents shared = new();

    /// <summary>The most bytes that <see cref="LoadAsync"/> can give.</summary>
    public long MostBytes(TaskHead head, TaskView view)
    {
        var own = (long)head.Metadata.Length + head.Status.Message.Length;
        if (view.HeadOnly)
        {
            return own;
        }

        var history = view.HistoryLength is > 0 and { } length && length <= head.History.Tail.Length
            ? head.History.Tail[^length..].Sum(message => (long)message.Length)
            : head.History.Bytes ?? rules.MaxLoadBytes;
        var artifacts = view.Artifacts ? head.ArtifactBytes ?? rules.MaxLoadBytes : 0;
        return own + Math.Min(history + artifacts, rules.MaxLoadBytes);
    }

    /// <summary>
    /// What the view requests. If it exceeds the size limit of an answer: the newest messages and the artifacts that fit, marked as truncated.
    /// </summary>
    /// <exception cref="MissingPageException">The task was changed or deleted since.</exception>
    public async ValueTask<TaskRecord> LoadAsync(TaskHead head, TaskView view)
    {
        var record = head.ToRecord();
        if (view.HeadOnly)
        {
            return record;
        }

        var newest = view.HistoryLength is > 0 and { } length ? length : long.MaxValue;
        var wanted = view.WithoutHistory ? 0 : newest;
        var content = MostBytes(head, view) <= SharedBytes
            ? await LoadContentAsync(head, wanted, view.Artifacts)
            : await shared.GetAsync(
                new ContentKey(head.Tenant, head.Id, head.CreatedAt, head.Generation, wanted, view.Artifacts),
                () => LoadContentAsync(head, wanted, view.Artifacts));
        return record with
        {
            History = content.History,
            HistoryTruncated = content.IsHistoryCut,
            Artifacts = content.Artifacts,
            ArtifactsTruncated = content.AreArtifactsCut,
        };
    }

    private async Task<TaskContent> LoadContentAsync(TaskHead head, long messages, bool withArtifacts)
    {
        var (history, isHistoryCut) = await logs.ReadNewestAsync(LogName.HistoryOf(head.Tenant, head.Id), head.History, messages, rules.MaxLoadBytes);
        var left = rules.MaxLoadBytes - history.Sum(message => (long)message.Length);
        var (found, areArtifactsCut) = withArtifacts
            ? await artifacts.ReadWholeAsync(LogName.ArtifactsOf(head.Tenant, head.Id), head.Artifacts, left)
            : ([], false);
        return new TaskContent(MessageItem.Read(history), isHistoryCut, found, areArtifactsCut);
    }

    /// <summary>Runs <paramref name="load"/> on the head of now, again where it was deleted or cleared meanwhile.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: what the head names is not there, again and again.</exception>
    public static async Task<T?> WithHeadAsync<THead, T>(Func<Task<THead?>> read, Func<THead, ValueTask<T>> load)
        where THead : class
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await read() is { } head ? await load(head) : null;
            }
            catch (MissingPageException) when (attempt < Tries)
            {
                // What is there now has other pages, or is gone.
            }
            catch (MissingPageException missing)
            {
                // The head is not the stored one: another server has changed it. Or the store has lost the page.
                throw new RegistryException(
                    RegistryError.Unavailable,
                    "Messages, artifacts or feedback of this are not there: "
                        + "another server is deleting or clearing them. Try again; where it stays so, the store has lost them.",
                    innerException: missing)
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }
        }
    }
}
