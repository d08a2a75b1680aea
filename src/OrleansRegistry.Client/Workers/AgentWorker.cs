using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry.Client;

/// <summary>
/// Works on the tasks of an agent: claims them, keeps their leases, and runs a function for each. Over HTTP and beside a co-hosted registry alike.
/// </summary>
/// <remarks>
/// The function gets the task with its history, and a <see cref="WorkerContext"/> to report by. Where it returns, the task is completed, unless it ended
/// the turn otherwise; where it throws, the task fails with a message that says nothing of the exception, which is logged. A task is worked on again by
/// whoever claims it next where this process dies: its lease runs out then.
/// </remarks>
public sealed partial class AgentWorker
{
    private readonly ITaskRegistry tasks;
    private readonly IAgentRegistry agents;
    private readonly string agentId;
    private readonly AgentWorkerOptions options;
    private ILogger log;

    /// <summary>A worker over HTTP.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AgentWorker(RegistryClient registry, string agentId, AgentWorkerOptions? options = null)
        : this(registry.Tasks, registry.Agents, agentId, options)
    {
    }

    /// <summary>A worker over any registry, such as a co-hosted one.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AgentWorker(ITaskRegistry tasks, IAgentRegistry agents, string agentId, AgentWorkerOptions? options = null)
    {
        this.options = options ?? new AgentWorkerOptions();
        AgentWorkerOptions.Check(this.options);
        this.tasks = tasks;
        this.agents = agents;
        this.agentId = agentId;
        log = this.options.Logger ?? NullLogger.Instance;
    }

    /// <summary>
    /// Registers the agent where the options have its card, and works until <paramref name="cancellationToken"/> is cancelled: then no task is claimed any
    /// more, and those that are being worked on have <see cref="AgentWorkerOptions.StopTimeout"/> to come to an end, or are given back. A registry that is
    /// away is asked again until it is back. With <see cref="AgentWorkerOptions.UntilIdle"/> it also ends where there is nothing to do.
    /// </summary>
    /// <param name="work">Called for each task, for up to <see cref="AgentWorkerOptions.MaxConcurrency"/> at once.</param>
    /// <exception cref="RegistryException">The registration or a claim was refused: for what it says, or as the caller is not the agent's
    /// worker.</exception>
    public async Task RunAsync(Func<TaskRecord, WorkerContext, Task> work, CancellationToken cancellationToken = default)
    {
        var running = new RunningTasks(options.MaxConcurrency);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await RegisterAsync(cancellationToken);
            await ClaimAllAsync(running, work, stopping);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopping(agentId, running.Count);
        }
        finally
        {
            await stopping.CancelAsync();
            await running.EndAsync(options.StopTimeout, options.Time);
        }
    }

    /// <summary><see cref="RunAsync"/> until the process is asked to end (Ctrl+C, SIGTERM), with a log on the console unless the options have one.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task RunConsoleAsync(Func<TaskRecord, WorkerContext, Task> work)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        log = options.Logger ?? loggers.CreateLogger(agentId);
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await RunAsync(work, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        if (options.Card is not { } card)
        {
            return;
        }

        var registration = new AgentRegistration(Encoding.UTF8.GetBytes(card), agentId) { Delivery = AgentDelivery.Worker };
        var caller = options.Caller with { IdempotencyKey = Guid.NewGuid().ToString("N") };
        var outage = new Outage(this);
        while (true)
        {
            try
            {
                var written = await agents.RegisterAsync(caller, registration, cancellationToken);
                outage.End();
                if (written.Review is { } review)
                {
                    LogHeld(agentId, review.Id);
                }
                else
                {
                    LogRegistered(agentId);
                }

                return;
            }
            catch (RegistryException fault) when (WorkerFaults.IsTransient(fault))
            {
                await outage.WaitAsync(fault, cancellationToken);
            }
        }
    }

    private async Task ClaimAllAsync(RunningTasks running, Func<TaskRecord, WorkerContext, Task> work, CancellationTokenSource stopping)
    {
        var outage = new Outage(this);
        var claim = new TaskClaim(options.Worker) { Lease = options.Lease, Wait = options.ClaimWait };
        var key = NewKey();
        while (true)
        {
            await running.WaitForPlaceAsync(stopping.Token);
            try
            {
                // Asked again with its key, a claim whose answer was lost gets the task that it got.
                var task = await tasks.ClaimAsync(options.Caller with { IdempotencyKey = key }, agentId, claim, stopping.Token);
                outage.End();
                key = NewKey();
                if (task is not null)
                {
                    var run = new TaskRun(tasks, task, options, log);
                    running.Start(run, run.RunAsync(work, stopping.Token));
                }
                else if (options.UntilIdle && running.Count == 0)
                {
                    return;
                }
            }
            catch (RegistryException fault) when (WorkerFaults.MayPass(fault))
            {
                await outage.WaitAsync(fault, stopping.Token);
            }
        }
    }

    private static string NewKey() => Guid.NewGuid().ToString("N");

    [LoggerMessage(1, LogLevel.Information, "Agent '{Agent}' is registered and works.")]
    private partial void LogRegistered(string agent);

    [LoggerMessage(2, LogLevel.Warning, "The registry cannot be asked for tasks of '{Agent}' ({Reason}); it is asked again until it can.")]
    private partial void LogAway(string agent, string reason);

    [LoggerMessage(3, LogLevel.Information, "The registry is back; '{Agent}' works.")]
    private partial void LogBack(string agent);

    [LoggerMessage(4, LogLevel.Information, "'{Agent}' stops; {Count} tasks are being worked on.")]
    private partial void LogStopping(string agent, int count);

    [LoggerMessage(5, LogLevel.Warning, "The card of agent '{Agent}' waits for review {Review}: what the registry has of it stays until then.")]
    private partial void LogHeld(string agent, string review);

    /// <summary>A registry that is away: said once, and asked again at longer and longer intervals.</summary>
    private sealed class Outage(AgentWorker worker)
    {
        private int tries;

        public Task WaitAsync(RegistryException fault, CancellationToken cancellationToken)
        {
            if (tries == 0)
            {
                worker.LogAway(worker.agentId, LogText.Escape(fault.Message));
            }

            return WorkerFaults.PauseAsync(fault, tries++, worker.options.Time, cancellationToken);
        }

        public void End()
        {
            if (tries > 0)
            {
                worker.LogBack(worker.agentId);
            }

            tries = 0;
        }
    }
}
