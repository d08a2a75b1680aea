using System.Buffers;
using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>As <see cref="AgentRegisterCommand"/> of a URL, but the registry fetches the card, and knows then where it is from.</summary>
internal sealed class AgentAddCommand : RegistryCommand
{
    private readonly Argument<string> url = new("url")
    {
        Description = "Where the registry finds the card: its URL, or one with /.well-known/agent-card.json (or agent.json) below it.",
    };

    private readonly Option<string?> id = new("--id") { Description = "The agent's id, in place of the card's name.", HelpName = "id" };
    private readonly Option<long?> refresh = new("--refresh")
    {
        Description = "Fetch the card anew every so many seconds, 60 to 2592000 (30 days). By default only 'agents refresh' does.",
        HelpName = "seconds",
    };

    private readonly Option<bool> disabled = new("--disabled") { Description = "Registers it as disabled." };
    private readonly Option<string?> delivery = new("--delivery")
    {
        Description = "How messages get to it: listed, worker or forward, as 'agents register' has it.",
        HelpName = "how",
    };

    private readonly LeaseOptions lease = new();
    private readonly ProbeOptions probe = new();
    private readonly Option<bool> isNew = new("--new") { Description = "Only if there is no such agent yet." };

    public AgentAddCommand()
        : base(
            "add",
            "Registers an agent by the URL of its card, which the registry fetches.",
            "registry agents add https://agent.example.com",
            "registry agents add https://agent.example.com --id agent-eu --refresh 3600    # and again every hour")
    {
        Add(url);
        Add(id);
        Add(refresh);
        Add(disabled);
        Add(delivery);
        lease.AddTo(this);
        probe.AddTo(this);
        Add(isNew);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("card_url"u8, call.Get(url));
            json.WriteGiven("refresh_seconds", call.Get(refresh));
            json.WriteGiven("enabled", call.Get(disabled) ? false : null);
            json.WriteGiven("delivery", call.Get(delivery));
            json.WriteGiven("ttl", lease.Ttl(call));
            json.WriteGiven("ephemeral", lease.Ephemeral(call));
            json.WriteGiven("probe_seconds", probe.Seconds(call));
            json.WriteGiven("probe_url", probe.Url(call));
            json.WriteEndObject();
        }

        return AgentWrite.RunAsync(call, call.Get(id), body.WrittenMemory, ("If-None-Match", call.Get(isNew) ? "*" : null));
    }
}
