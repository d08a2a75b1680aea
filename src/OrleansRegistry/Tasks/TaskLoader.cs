using OrleansRegistry.Grains;
using OrleansRegistry.Model;

namespace OrleansRegistry.Tasks;

/// <summary>Loads of a task what a view asks for: its head is given, and of the pages those that are needed are read.</summary>
internal sealed class TaskLoader(LogReader logs, ArtifactReader artifacts, TaskRules rules)
{
    private const int Tries = 4;

    /// <summary>What the view asks for; of more than one answer carries, the newest messages and what artifacts fit beside them, marked as truncated.</summary>
    /// <exception cref="MissingPageException">The task was changed or deleted since.</exception>
    public async ValueTask<TaskRecord> Load(TaskHead head, TaskView view)
    {
        var record = head.ToRecord();
        if (view.HeadOnly)
        {
            return record;
        }

        var wanted = view.HistoryLength is > 0 and { } newest ? newest : long.MaxValue;
        var (history, isHistoryCut) = await logs.ReadNewest(LogName.HistoryOf(head.Tenant, head.Id), head.History, wanted, rules.MaxLoadBytes);
        record = record with { History = MessageItem.Read(history), HistoryTruncated = isHistoryCut };
        if (!view.Artifacts)
        {
            return record;
        }

        var left = rules.MaxLoadBytes - history.Sum(message => (long)message.Length);
        var (found, areArtifactsCut) = await artifacts.ReadWhole(LogName.ArtifactsOf(head.Tenant, head.Id), head.Artifacts, left);
        return record with { Artifacts = found, ArtifactsTruncated = areArtifactsCut };
    }

    /// <summary>Runs <paramref name="load"/> on the head of now, again where it was deleted or cleared meanwhile.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: what the head names is not there, again and again.</exception>
    public static async Task<T?> WithHead<THead, T>(Func<Task<THead?>> read, Func<THead, ValueTask<T>> load)
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
                    "Messages, artifacts or feedback of this are not there: another server is deleting or clearing them. Try again; where it stays so, the store has lost them.",
                    innerException: missing)
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }
        }
    }
}
