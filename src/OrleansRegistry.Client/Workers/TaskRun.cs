using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Client;

/// <summary>One claimed task from its claim to the end of the turn.</summary>
internal sealed partial class TaskRun(ITaskRegistry tasks, TaskRecord task, AgentWorkerOptions options, ILogger log)
{
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(5);

    private readonly LeaseKeeper lease = new(tasks, task, options, log);
    private int isReleased;

    /// <summary>Runs the work; throws nothing.</summary>
    public async Task RunAsync(Func<TaskRecord, WorkerContext, Task> work, CancellationToken stopping)
    {
        // Not on the thread that claims.
        await Task.Yield();
        using var span = Continue();
        var keeping = lease.KeepAsync();
        var context = new WorkerContext(tasks, task, lease, options, stopping);
        try
        {
            await WorkAsync(work, context);
        }
        catch (OperationCanceledException) when (lease.Ended.IsCancellationRequested)
        {
            LogLost(LogText.Id(task.Id), lease.Reason);
        }
        catch (Exception fault)
        {
            LogUnsaid(fault, LogText.Id(task.Id));
        }
        finally
        {
            await lease.StopAsync();
            await keeping;
        }

        if (lease.IsGivenUp && !context.IsOver)
        {
            await AbandonAsync();
        }
    }

    /// <summary>Tells the work to end, as the worker does.</summary>
    public void GiveUp() => lease.GiveUp();

    /// <summary>Gives the task back, whatever its work is doing.</summary>
    public async Task AbandonAsync()
    {
        lease.GiveUp();
        if (lease.IsLost || Interlocked.Exchange(ref isReleased, 1) == 1)
        {
            return;
        }

        try
        {
            using var patience = new CancellationTokenSource(ReleasePatience, options.Time);
            var caller = options.Caller with { IdempotencyKey = Guid.NewGuid().ToString("N") };
            await tasks.ReleaseAsync(caller, task.Id, task.Lease!.Token, patience.Token);
            LogReleased(LogText.Id(task.Id));
        }
        catch (Exception fault) when (fault is RegistryException or OperationCanceledException)
        {
            LogNotReleased(LogText.Id(task.Id), LogText.Escape(fault.Message));
        }
    }

    private async Task WorkAsync(Func<TaskRecord, WorkerContext, Task> work, WorkerContext context)
    {
        try
        {
            await work(task, context);
        }
        catch (OperationCanceledException) when (lease.Ended.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault)
        {
            var reference = Guid.NewGuid().ToString("N")[..12];
            LogFailed(fault, LogText.Id(task.Id), reference);
            if (!context.IsOver)
            {
                await context.FailAsync($"The agent failed to do this. Its log says why, under {reference}.");
            }

            return;
        }

        if (!context.IsOver)
        {
            await context.CompleteAsync();
        }
    }

    /// <summary>Goes on with the trace of the request that submitted the task, also where nobody records it here.</summary>
    private Activity? Continue()
    {
        const string name = "registry.agent.work";
        var span = RegistryTelemetry.Spans.StartActivity(name, ActivityKind.Consumer, task.TraceParent);
        if (span is not null || task.TraceParent is null)
        {
            span?.SetTag("registry.id", task.Id);
            return span;
        }

        return new Activity(name).SetParentId(task.TraceParent).Start();
    }

    [LoggerMessage(11, LogLevel.Error, "The work on task '{Task}' failed; its caller was given the reference {Reference}.")]
    private partial void LogFailed(Exception fault, string task, string reference);

    [LoggerMessage(12, LogLevel.Information, "The work on task '{Task}' was ended: {Reason}")]
    private partial void LogLost(string task, string reason);

    [LoggerMessage(13, LogLevel.Error, "The registry could not be told how task '{Task}' ended; it is worked on again once its lease is over.")]
    private partial void LogUnsaid(Exception fault, string task);

    [LoggerMessage(14, LogLevel.Information, "Task '{Task}' was given back, as the worker stops.")]
    private partial void LogReleased(string task);

    [LoggerMessage(15, LogLevel.Warning, "Task '{Task}' could not be given back ({Reason}); it is submitted again once its lease is over.")]
    private partial void LogNotReleased(string task, string reason);
}
