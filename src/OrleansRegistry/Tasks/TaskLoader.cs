using OrleansRegistry.Grains;
using OrleansRegistry.Model;

namespace OrleansRegistry.Tasks;

/// <summary>Loads of a task what a view asks for: its head is given, and of the pages those that are needed are read.</summary>
internal sealed class TaskLoader(LogReader logs, TaskRules rules)
{
    private const int Tries = 4;

    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    /// <exception cref="MissingPageException">The task was deleted since.</exception>
    public async ValueTask<TaskRecord> Load(TaskHead head, TaskView view)
    {
        var record = head.ToRecord();
        if (view.HeadOnly)
        {
            return record;
        }

        var wanted = view.HistoryLength is > 0 and { } newest ? newest : long.MaxValue;
        var history = wanted <= head.History.Tail.Length
            ? head.History.Tail[^(int)wanted..]
            : await logs.ReadNewest(LogName.HistoryOf(head.Tenant, head.Id), head.History, wanted, rules.MaxLoadBytes, cut: false);
        return record with { History = history, Artifacts = view.Artifacts ? await Artifacts(head, history, cut: false) : [] };
    }

    /// <summary>The whole task; of more than one answer carries, the newest messages.</summary>
    public async Task<TaskRecord> LoadWhole(TaskHead head)
    {
        var history = await logs.ReadNewest(LogName.HistoryOf(head.Tenant, head.Id), head.History, long.MaxValue, rules.MaxLoadBytes, cut: true);
        return head.ToRecord() with { History = history, Artifacts = await Artifacts(head, history, cut: true) };
    }

    /// <summary>Runs <paramref name="load"/> on the head of now, again where it was deleted or cleared meanwhile.</summary>
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
        }
    }

    private async Task<IReadOnlyList<RawJson>> Artifacts(TaskHead head, IReadOnlyList<RawJson> history, bool cut)
    {
        if (head.Artifacts.Count == 0)
        {
            return [];
        }

        var left = rules.MaxLoadBytes - history.Sum(message => (long)message.Length);
        return ArtifactLog.Fold(await logs.ReadNewest(LogName.ArtifactsOf(head.Tenant, head.Id), head.Artifacts, long.MaxValue, left, cut));
    }
}
