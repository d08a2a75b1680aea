using System.Globalization;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Client;

/// <summary>How an <see cref="AgentWorker"/> works.</summary>
public sealed class AgentWorkerOptions
{
    /// <summary>
    /// The agent card, one JSON object: <see cref="AgentWorker.RunAsync"/> registers the agent with it, delivered to workers
    /// (<see cref="AgentDelivery.Worker"/>). Null: somebody else registers the agent, as where the worker is not its owner.
    /// </summary>
    public string? Card { get; set; }

    /// <summary>On whose behalf the worker claims: the agent's owner, or one of the workers that it names.</summary>
    public Caller Caller { get; set; } = Caller.Default;

    /// <summary>The worker's name, for people. By default the machine's name and the number of the process.</summary>
    public string Worker { get; set; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>How many tasks are worked on at once: from 1; by default 1.</summary>
    public int MaxConcurrency { get; set; } = 1;

    /// <summary>
    /// How long a task is kept for this worker after its last sign of life: 1 second to 1 hour, by default 60 seconds. Renewed three times in that time.
    /// </summary>
    public TimeSpan Lease { get; set; } = TaskClaim.DefaultLease;

    /// <summary>How long one claim waits for a task: 0 to 60 seconds, by default 20.</summary>
    public TimeSpan ClaimWait { get; set; } = TaskClaim.DefaultWait;

    /// <summary>How long tasks that are being worked on may go on once the worker is to stop; then they are given back. 20 seconds.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// True: <see cref="AgentWorker.RunAsync"/> returns once a claim gets no task within <see cref="ClaimWait"/> and nothing is being worked on.
    /// </summary>
    public bool UntilIdle { get; set; }

    /// <summary>Gets what goes wrong: null for nowhere.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal static void Check(AgentWorkerOptions options)
    {
        if (options.MaxConcurrency < 1)
        {
            throw new ArgumentException($"{nameof(MaxConcurrency)} must be from 1, not {options.MaxConcurrency}.", nameof(options));
        }

        if (options.StopTimeout < TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(StopTimeout)} must not be negative.", nameof(options));
        }

        try
        {
            TaskClaim.CheckLease(options.Lease);
            TaskClaim.CheckWait(options.ClaimWait);
            Identifiers.CheckId(options.Worker, "worker");
            Identifiers.CheckCaller(options.Caller);
        }
        catch (RegistryException fault)
        {
            throw new ArgumentException(fault.Message, nameof(options), fault);
        }
    }
}
