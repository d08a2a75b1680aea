using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

/// <summary>The lease that an agent is registered with.</summary>
internal sealed class LeaseOptions
{
    private readonly Option<long?> ttl = new("--ttl")
    {
        Description = "Gives it a lease: it expires after so many seconds without a heartbeat, 5 to 86400. By default as it was; if new, none.",
        HelpName = "seconds",
    };

    private readonly Option<bool> ephemeral = new("--ephemeral")
    {
        Description = "Removes it when it expires, in place of marking it; without --ttl, after the registry's usual time.",
    };

    public IEnumerable<Option> All => [ttl, ephemeral];

    public void AddTo(Command command)
    {
        command.Add(ttl);
        command.Add(ephemeral);
    }

    public long? Ttl(CommandCall call) => call.Get(ttl);

    /// <summary>Null where it is not asked for.</summary>
    public bool? Ephemeral(CommandCall call) => call.Get(ephemeral) ? true : null;
}
