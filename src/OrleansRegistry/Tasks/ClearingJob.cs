using System.Collections.Concurrent;

namespace OrleansRegistry.Tasks;

/// <summary>One deletion of all that an owner has, as this process works on it: how far it is, and what failed.</summary>
internal sealed class ClearingJob
{
    private readonly ConcurrentDictionary<RecordKey, Exception> failed = new();
    private readonly TaskCompletionSource work = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long tasks;
    private long contexts;

    public Task Work => work.Task;

    public TaskClearing Progress => new(!work.Task.IsCompletedSuccessfully, Interlocked.Read(ref tasks), Interlocked.Read(ref contexts));

    public void Add(long moreTasks, long moreContexts)
    {
        Interlocked.Add(ref tasks, moreTasks);
        Interlocked.Add(ref contexts, moreContexts);
    }

    /// <summary>Begins with what a process before this one has counted.</summary>
    public void Count(ClearingMark mark)
    {
        Interlocked.CompareExchange(ref tasks, mark.Tasks, 0);
        Interlocked.CompareExchange(ref contexts, mark.Contexts, 0);
    }

    /// <summary>Why one of them failed; null where none did.</summary>
    public Exception? Fault => failed.Values.FirstOrDefault();

    public bool Has(RecordKey key) => failed.ContainsKey(key);

    public void Failed(RecordKey key, Exception fault) => failed.TryAdd(key, fault);

    public void End() => work.SetResult();

    public void Fail(Exception fault)
    {
        work.SetException(fault);

        // Those who wait get the error; the log has it too.
        _ = work.Task.Exception;
    }
}
