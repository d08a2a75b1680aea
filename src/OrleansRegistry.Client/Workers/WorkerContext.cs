namespace OrleansRegistry.Client;

/// <summary>
/// A task under work: what its worker says about it. Writes go to the registry one after the other, are repeated while it is away, and are carried out
/// once. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Every write throws <see cref="OperationCanceledException"/> once the task is no longer the worker's, which need not be caught, and
/// <see cref="RegistryException"/> for what the registry refuses, such as too large an artifact.
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "Used as long as anybody has a token or a turn of it; without a wait handle there is nothing to dispose.")]
public sealed partial class WorkerContext
{
    private readonly ITaskRegistry tasks;
    private readonly LeaseKeeper lease;
    private readonly AgentWorkerOptions options;
    private readonly SemaphoreSlim turn = new(1);
    private string? text;

    internal WorkerContext(ITaskRegistry tasks, TaskRecord task, LeaseKeeper lease, AgentWorkerOptions options, CancellationToken stopping)
    {
        this.tasks = tasks;
        this.lease = lease;
        this.options = options;
        Task = task;
        Stopping = stopping;
    }

    /// <summary>The task as it was claimed, with its history.</summary>
    public TaskRecord Task { get; }

    /// <summary>The text of the user's newest message: its text parts, a line each; empty where it has none.</summary>
    public string Text => text ??= UserText.Newest(Task.History);

    /// <summary>Cancelled when the task is canceled, deleted or continued by its user, when its lease is lost, and when the worker's time to stop is over.</summary>
    public CancellationToken CancellationToken => lease.Ended;

    /// <summary>Cancelled when the worker is to stop: work that can be shortened may be; it has <see cref="AgentWorkerOptions.StopTimeout"/>.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Whether the turn was ended: by a final state, a question, or a reply.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Tells how far the work is: a status message, with the task still working.</summary>
    public Task ReportAsync(string text) => UpdateAsync(new TaskUpdate { State = TaskState.Working, StatusMessage = TextMessage.Agent(text) });

    /// <summary>
    /// Asks the user something, and ends the turn: input is required. The user's next message comes as another claim, whose history has question and answer.
    /// </summary>
    public Task AskAsync(string question) => EndAsync(TaskState.InputRequired, question);

    /// <summary>Asks the user to authenticate, or for credentials, and ends the turn, as <see cref="AskAsync"/> does.</summary>
    public Task AskForAuthenticationAsync(string request) => EndAsync(TaskState.AuthRequired, request);

    /// <summary>
    /// Answers with a message alone, as for small talk, and ends the turn: a caller who still waits gets the message in place of a task. The task must
    /// have no artifacts.
    /// </summary>
    public Task ReplyAsync(string message) => UpdateAsync(new TaskUpdate
    {
        State = TaskState.Completed,
        StatusMessage = TextMessage.Agent(message),
        Reply = true,
    });

    /// <summary>Completes the task. Need not be called: a turn whose work returns is completed.</summary>
    /// <param name="message">The status's message; null for none.</param>
    public Task CompleteAsync(string? message = null) => EndAsync(TaskState.Completed, message);

    /// <summary>The task failed, for a reason that the user is told.</summary>
    public Task FailAsync(string reason) => EndAsync(TaskState.Failed, reason);

    /// <summary>The agent does not do this, for a reason that the user is told.</summary>
    public Task RejectAsync(string reason) => EndAsync(TaskState.Rejected, reason);

    /// <summary>
    /// Changes the task as <see cref="ITaskRegistry.UpdateAsync"/> does, under the lease. A state other than working ends the turn.
    /// </summary>
    /// <exception cref="InvalidOperationException">The turn is over.</exception>
    public async Task<TaskRecord> UpdateAsync(TaskUpdate update)
    {
        await turn.WaitAsync(CancellationToken);
        try
        {
            if (IsOver)
            {
                throw new InvalidOperationException("The turn is over: nothing can be said about this task until it is claimed again.");
            }

            var ends = update.State is not (null or TaskState.Working);
            lease.IsEnding = ends;
            try
            {
                var task = await WriteAsync(update with { LeaseToken = lease.Token });
                IsOver = ends;
                return task;
            }
            finally
            {
                lease.IsEnding = IsOver;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private Task<TaskRecord> EndAsync(TaskState state, string? message) => UpdateAsync(new TaskUpdate
    {
        State = state,
        StatusMessage = message is null ? (ReadOnlyMemory<byte>?)null : TextMessage.Agent(message),
    });

    private async Task<TaskRecord> WriteAsync(TaskUpdate update)
    {
        var caller = options.Caller with { IdempotencyKey = Guid.NewGuid().ToString("N") };
        for (var tries = 0; ; tries++)
        {
            CancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await tasks.UpdateAsync(caller, Task.Id, update, CancellationToken);
            }
            catch (RegistryException fault) when (WorkerFaults.IsTransient(fault))
            {
                await WorkerFaults.PauseAsync(fault, tries, options.Time, CancellationToken);
            }
            catch (RegistryException fault) when (WorkerFaults.IsLoss(fault))
            {
                lease.IsEnding = false;
                await lease.CheckAsync(CancellationToken);
                if (!lease.IsLost)
                {
                    throw;
                }

                throw new OperationCanceledException(fault.Message, fault, CancellationToken);
            }
        }
    }
}
