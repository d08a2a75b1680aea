using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

/// <summary>The probes that an agent is registered with.</summary>
internal sealed class ProbeOptions
{
    private readonly Option<long?> seconds = new("--probe")
    {
        Description = "Looks every so many seconds whether its published card can be had and has drifted; 0: never. By default as it was.",
        HelpName = "seconds",
    };

    private readonly Option<string?> url = new("--probe-url")
    {
        Description = "Where it looks. By default where the card was fetched, or /.well-known/agent-card.json at the host that it names.",
        HelpName = "url",
    };

    public IEnumerable<Option> All => [seconds, url];

    public void AddTo(Command command)
    {
        command.Add(seconds);
        command.Add(url);
    }

    public long? Seconds(CommandCall call) => call.Get(seconds);

    public string? Url(CommandCall call) => call.Get(url);
}
