using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansRegistry.Mcp.Tools;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>Waits until a task has ended or asks for something, and tells the client what happens meanwhile.</summary>
internal sealed class TaskWait(
    ITaskRegistry tasks, IHostApplicationLifetime lifetime, [FromKeyedServices(RegistryTimeAttribute.ServiceKey)] TimeProvider time)
{
    /// <summary>How often a client is told that nothing has changed: many give up after a minute without a word.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Returns once it is so, the time is over or this server stops. A client that goes ends the wait, and nothing else.
    /// </summary>
    /// <param name="task">As the caller knows it.</param>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task RunAsync(ToolCall call, TaskRecord task, TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero || IsOver(task.Status.State))
        {
            return;
        }

        LongPoll.Mark(call.Http);
        using var limit = new CancellationTokenSource(wait, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, limit.Token, lifetime.ApplicationStopping);
        var progress = new TaskProgress(call, time);
        try
        {
            await using var changes = tasks.WatchAsync(call.Caller, task.Id, task.Generation, cancellationToken: ending.Token)
                .GetAsyncEnumerator(ending.Token);
            await progress.TellAsync(task.Status);
            while (await NextAsync(changes, progress, call, ending))
            {
                var change = changes.Current;
                await progress.TellAsync(change);
                if (change.Deleted || (change.Snapshot?.Status ?? change.Status) is { } status && IsOver(status.State))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            // The time is over, or the server's is.
        }
    }

    private async Task<bool> NextAsync(
        IAsyncEnumerator<TaskEvent> changes, TaskProgress progress, ToolCall call, CancellationTokenSource ending)
    {
        var next = changes.MoveNextAsync().AsTask();
        try
        {
            while (call.WantsProgress && !next.IsCompleted)
            {
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
                if (await Task.WhenAny(next, Task.Delay(Heartbeat, time, quiet.Token)) == next)
                {
                    await quiet.CancelAsync();
                    break;
                }

                await progress.TellAliveAsync();
            }
        }
        catch
        {
            // What is being read cannot be disposed.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await next;
    }

    private static bool IsOver(TaskState state) => state.IsTerminal() || state.AwaitsCaller();
}

/// <summary>What a wait goes by.</summary>
internal static class TaskStateWaits
{
    /// <summary>Whether the agent goes on only once the caller has done something.</summary>
    public static bool AwaitsCaller(this TaskState state) => state is TaskState.InputRequired or TaskState.AuthRequired;
}
