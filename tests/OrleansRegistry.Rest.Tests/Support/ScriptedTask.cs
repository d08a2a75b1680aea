using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace OrleansRegistry.Rest.Tests;

/// <summary>
/// One task, of which happens what a test writes; a wait for it, or for work, lasts until its caller gives up, and is over at once where it is for no
/// time.
/// </summary>
internal sealed class ScriptedTask(TaskState state = TaskState.Working) : RefusingTasks(new NotSupportedException())
{
    public const string Id = "scripted";

    public Channel<TaskEvent> Events { get; } = Channel.CreateUnbounded<TaskEvent>();

    /// <summary>What the watcher said it had seen.</summary>
    public TaskCompletionSource<long?> Watched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Waited { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once the watcher is gone.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskRecord Record { get; } = new()
    {
        Tenant = "default",
        Id = Id,
        ContextId = "c",
        Owner = "default",
        Status = new OrleansRegistry.TaskStatus(state, DateTimeOffset.UnixEpoch),
        Generation = 7,
    };

    public static TaskEvent Update(long generation, string message) =>
        new(Id, "c", generation, Messages: [RawJson.FromValid(Encoding.UTF8.GetBytes(message))]);

    public override Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default) =>
        Task.FromResult(id == Id ? Record : null);

    public override async Task<TaskRecord?> WaitAsync(
        Caller caller, string id, long currentGeneration, TimeSpan wait, TaskView view = default, CancellationToken cancellationToken = default)
    {
        Waited.TrySetResult();
        await Task.Delay(wait == TimeSpan.Zero ? wait : Timeout.InfiniteTimeSpan, cancellationToken);
        return Record;
    }

    public override async Task<TaskRecord?> ClaimAsync(Caller caller, string agentId, TaskClaim claim, CancellationToken cancellationToken = default)
    {
        await WaitAsync(caller, Id, 0, claim.Wait, default, cancellationToken);
        return null;
    }

    public override async IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller,
        string id,
        long? afterGeneration = null,
        string? leaseToken = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Watched.SetResult(afterGeneration);
        try
        {
            await foreach (var change in Events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            Left.SetResult();
        }
    }
}
