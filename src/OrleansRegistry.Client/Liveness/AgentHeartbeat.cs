using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry.Client;

/// <summary>How an <see cref="AgentHeartbeat"/> beats.</summary>
public sealed class AgentHeartbeatOptions
{
    /// <summary>Who beats: the agent's owner, or one of its workers.</summary>
    public Caller Caller { get; set; } = Caller.Default;

    /// <summary>How often; null for as often as the registry says, which is a sixth of the lease.</summary>
    public TimeSpan? Every { get; set; }

    /// <summary>
    /// Registers the agent or instance again, where the registry does not know it any more: it was ephemeral, and could not beat in time. Null ends the
    /// beats with that refusal.
    /// </summary>
    public Func<CancellationToken, Task>? Register { get; set; }

    /// <summary>The time that beats go by.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where outages are told; null for nowhere.</summary>
    public ILogger? Logger { get; set; }
}

/// <summary>Keeps the lease of an agent, or of an instance of one, by beating, over HTTP and beside a co-hosted registry alike.</summary>
public sealed partial class AgentHeartbeat
{
    private readonly IAgentLiveness liveness;
    private readonly LeaseHolder holder;
    private readonly AgentHeartbeatOptions options;
    private readonly ILogger log;

    /// <param name="liveness">Such as <see cref="RegistryClient.Liveness"/>.</param>
    /// <param name="holder">An agent by its id, or one of its instances.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="AgentHeartbeatOptions.Every"/> is not above zero.</exception>
    public AgentHeartbeat(IAgentLiveness liveness, LeaseHolder holder, AgentHeartbeatOptions? options = null)
    {
        this.options = options ?? new AgentHeartbeatOptions();
        if (this.options.Every is { } every)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero, nameof(options));
        }

        this.liveness = liveness;
        this.holder = holder;
        log = this.options.Logger ?? NullLogger.Instance;
    }

    /// <summary>Beats, at first at once, until it is cancelled. A registry that is away is asked again until it is back.</summary>
    /// <exception cref="RegistryException">A beat was refused: the agent is gone, has no lease, or the caller may not beat for it.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var tries = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var beat = await liveness.HeartbeatAsync(options.Caller, holder, cancellationToken);
                tries = 0;
                await Task.Delay(options.Every ?? beat.BeatEvery, options.Time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (RegistryException fault) when (WorkerFaults.IsTransient(fault) || Registers(fault))
            {
                LogNotTaken(Name, LogText.Escape(fault.Message));
                await RecoverAsync(fault, tries++, cancellationToken);
            }
        }
    }

    private string Name => LogText.Id(holder.Instance is null ? holder.AgentId : $"{holder.AgentId}/{holder.Instance}");

    private bool Registers(RegistryException fault) => fault.Error == RegistryError.NotFound && options.Register is not null;

    private async Task RecoverAsync(RegistryException fault, int tries, CancellationToken cancellationToken)
    {
        try
        {
            // Where it is not known after it was registered, something else is wrong, and it is not tried in a hurry.
            if (!Registers(fault) || tries > 0)
            {
                await WorkerFaults.PauseAsync(fault, tries, options.Time, cancellationToken);
            }

            if (Registers(fault))
            {
                await options.Register!(cancellationToken);
            }
        }
        catch (RegistryException again) when (WorkerFaults.IsTransient(again))
        {
            LogNotTaken(Name, LogText.Escape(again.Message));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    [LoggerMessage(31, LogLevel.Warning, "A beat of agent '{Agent}' was not taken ({Reason}); it is tried again.")]
    private partial void LogNotTaken(string agent, string reason);
}
