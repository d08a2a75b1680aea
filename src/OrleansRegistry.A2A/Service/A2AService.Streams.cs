using System.Runtime.CompilerServices;

namespace OrleansRegistry.A2A.Service;

/// <summary>Watching tasks.</summary>
internal sealed partial class A2AService
{
    /// <summary>
    /// SubscribeToTask: the task as it is, and then what happens to it until it is over. A client whose stream broke goes on after the last event that
    /// it has: it gets what it missed, also where the task is over meanwhile, and the task anew where that is no longer held.
    /// </summary>
    /// <param name="lastEventId">Null to begin with the task.</param>
    /// <exception cref="A2AException">It is refused.</exception>
    public Task<TaskStream> SubscribeToTaskAsync(A2ACall call, string id, long? lastEventId)
    {
        CheckStreams(call);
        return RunAsync(id, async () =>
        {
            var task = await FindAsync(call, id, Head with { SeenGeneration = lastEventId });
            var missed = lastEventId is { } last && last < task.Generation;
            return task.Status.State.IsTerminal() && !missed
                ? throw new A2AException(
                    A2AError.UnsupportedOperation, $"Task '{id}' is over ({task.Status.State.ToV10()}): nothing more happens to it. Get it instead.")
                {
                    TaskId = id,
                }
                : new TaskStream(ending => WatchAsync(call.Caller, id, lastEventId, historyLength: null, endsAtQuestion: false, ending));
        });
    }

    /// <param name="endsAtQuestion">The stream ends where the task asks for input.</param>
    private async IAsyncEnumerable<StreamItem> WatchAsync(
        Caller caller,
        string id,
        long? after,
        int? historyLength,
        bool endsAtQuestion,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in tasks.WatchAsync(caller, id, after, leaseToken: null, cancellationToken))
        {
            foreach (var item in StreamItem.Of(change))
            {
                yield return item is StreamItem.OfTask whole ? whole with { Task = Cut(whole.Task, historyLength) } : item;
            }

            if (endsAtQuestion && (change.Snapshot?.Status ?? change.Status)?.State == TaskState.InputRequired)
            {
                yield break;
            }
        }
    }

    /// <summary>The task with no more than so many of its newest messages; null for all.</summary>
    private static TaskRecord Cut(TaskRecord task, int? historyLength) => historyLength is { } length && length < task.History.Count
        ? task with { History = [.. task.History.Skip(task.History.Count - length)] }
        : task;

    /// <exception cref="A2AException"><see cref="A2AError.UnsupportedOperation"/>: the card says that the agent does not stream.</exception>
    private static void CheckStreams(A2ACall call)
    {
        if (!call.Card.Streams)
        {
            throw new A2AException(A2AError.UnsupportedOperation, "This agent does not stream: its card does not declare capabilities.streaming.");
        }
    }
}
