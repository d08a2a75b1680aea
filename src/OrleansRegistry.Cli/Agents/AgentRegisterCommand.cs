using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

internal sealed class AgentRegisterCommand : RegistryCommand
{
    private readonly Argument<string[]> sources = new("source")
    {
        Description = "A file with an agent card, or several; a folder of such files (*.json, at any depth); a URL; - for the standard input.",
        Arity = ArgumentArity.OneOrMore,
        HelpName = "file|folder|url",
    };

    private readonly Option<string?> id = new("--id") { Description = "The agent's id, in place of the card's name.", HelpName = "id" };
    private readonly Option<bool> disabled = new("--disabled") { Description = "Registers it as disabled." };
    private readonly Option<string?> delivery = new("--delivery")
    {
        Description = "How messages get to it: listed (clients go to its own URL), worker (its tasks wait here for its workers) or forward "
            + "(the registry passes them on to its URL). By default as it was; if new, worker where its card names no URL, else listed.",
        HelpName = "how",
    };

    private readonly LeaseOptions lease = new();
    private readonly ProbeOptions probe = new();
    private readonly Option<bool> draft = new("--draft") { Description = "Registers a new agent as a draft, not found until it is activated." };
    private readonly Option<bool> isNew = new("--new") { Description = "Only if there is no such agent yet." };
    private readonly Option<long?> revision = new("--if-revision")
    {
        Description = "Only if this still is the agent's revision.",
        HelpName = "revision",
    };

    public AgentRegisterCommand()
        : base(
            "register",
            "Registers agents, or replaces those that there are.",
            "registry agents register weather.json",
            "registry agents register cards/                        # every *.json below it",
            "registry agents register https://agent.example.com     # from its /.well-known/agent-card.json",
            "registry agents register weather.json --id weather-eu --new",
            "registry agents register weather.json --ttl 30 --ephemeral    # and then 'registry agents heartbeat weather'",
            "jq .card answer.json | registry agents register -")
    {
        Add(sources);
        Add(id);
        Add(disabled);
        Add(delivery);
        lease.AddTo(this);
        probe.AddTo(this);
        Add(draft);
        Add(isNew);
        Add(revision);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (call.Get(isNew) && call.Get(revision) is not null)
        {
            throw CliException.Usage("--new and --if-revision exclude each other.");
        }

        var words = call.Get(sources);
        var places = AgentSources.Expand(words);
        var isFolder = words.Any(System.IO.Directory.Exists);
        if (places.Count == 1 && !isFolder)
        {
            var entries = await AgentSources.ReadAsync(places[0], call.Terminal, call.Cancellation);
            return entries.Count == 1 ? await RegisterAsync(call, entries[0]) : await RegisterAllAsync(call, places, entries);
        }

        return await RegisterAllAsync(call, places, null);
    }

    private Task<ExitCode> RegisterAsync(CommandCall call, AgentEntry entry) =>
        AgentWrite.RunAsync(
            call,
            call.Get(id),
            entry.With(
                call.Get(disabled) ? false : null,
                call.Get(delivery),
                call.Get(draft) ? "draft" : null,
                lease.Ttl(call),
                lease.Ephemeral(call),
                probe.Seconds(call),
                probe.Url(call)),
            Condition(call));

    /// <param name="first">The agents of the only place, where it is read already.</param>
    private async Task<ExitCode> RegisterAllAsync(CommandCall call, IReadOnlyList<string> places, IReadOnlyList<AgentEntry>? first)
    {
        if (((Option[])[id, disabled, delivery, draft, isNew, revision, .. lease.All, .. probe.All]).FirstOrDefault(call.Has) is { } single)
        {
            throw CliException.Usage($"{single.Name} goes with one agent, and here are several.");
        }

        var connection = await call.ConnectAsync(StoreUse.MayCreate);
        var begun = call.Terminal.Time.GetTimestamp();
        var batches = await call.WithProgressAsync("registering", async meter =>
        {
            meter.Total = first?.Count ?? places.Count;
            var batches = new AgentBatches(connection.Api, meter, call.Cancellation);
            foreach (var place in places)
            {
                await AddAsync(call, batches, place, first, meter);
            }

            await batches.FlushAsync();
            return batches;
        });
        return AgentSummary.Print(call, batches, call.Terminal.Time.GetElapsedTime(begun));
    }

    private static async Task AddAsync(
        CommandCall call, AgentBatches batches, string place, IReadOnlyList<AgentEntry>? first, Meter meter)
    {
        try
        {
            var entries = first ?? await AgentSources.ReadAsync(place, call.Terminal, call.Cancellation);
            meter.Total += entries.Count - (first?.Count ?? 1);
            foreach (var entry in entries)
            {
                await batches.AddAsync(entry);
            }
        }
        catch (CliException refused) when (refused.Code != ExitCode.Unreachable)
        {
            batches.Refuse(place, refused.Message);
        }
    }

    private (string Name, string? Value) Condition(CommandCall call) => call.Get(isNew)
        ? ("If-None-Match", "*")
        : ("If-Match", call.Get(revision) is { } expected ? $"\"{expected}\"" : null);
}
