using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Asks for the newest revision again and again, and reads the agents where it has changed.</summary>
internal sealed class AgentWatchCommand : RegistryCommand
{
    private readonly AgentFilters filters = new();
    private readonly Option<bool> all = new("--all") { Description = "Begins with the agents that there are." };
    private readonly Option<double> interval = new("--interval")
    {
        Description = "How many seconds lie between two looks, from 0.1.",
        HelpName = "seconds",
        DefaultValueFactory = _ => 1,
    };

    public AgentWatchCommand()
        : base(
            "watch",
            "Shows agents as they are registered, changed and removed, until it is interrupted.",
            "registry agents watch",
            "registry agents watch --all --tag weather --json    # a line of JSON for each")
    {
        filters.AddTo(this);
        Add(all);
        Add(interval);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var seconds = call.Get(interval);
        if (seconds is not (>= 0.1 and <= 86_400))
        {
            throw CliException.Usage("--interval must be from 0.1 to 86400 seconds.");
        }

        var api = (await call.ConnectAsync()).Api;
        var path = ApiPath.With("agents", [.. filters.Query(call), ("view", "record")]);
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        var seen = await LookAsync(call, api, path, known, call.Get(all) ? "present" : null);
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), call.Terminal.Time, call.Cancellation);
            try
            {
                if (await RevisionAsync(api, call.Cancellation) != seen)
                {
                    seen = await LookAsync(call, api, path, known, "registered");
                }
            }
            catch (CliException fault) when (fault.Code == ExitCode.Unreachable)
            {
                call.Terminal.WriteError($"{fault.Message} Trying again.");
            }
        }
    }

    private static async Task<long> RevisionAsync(RegistryApi api, CancellationToken cancellation)
    {
        using var stats = await api.GetAsync("stats", cancellation);
        return stats.Json.Number("revision");
    }

    /// <summary>Reads all agents and tells what is other than it was.</summary>
    /// <param name="asNew">What to call one that was not there; null to tell of none.</param>
    /// <returns>A revision that all which was told is as new as.</returns>
    private static async Task<long> LookAsync(CommandCall call, RegistryApi api, string path, Dictionary<string, long> known, string? asNew)
    {
        var revision = await RevisionAsync(api, call.Cancellation);
        var gone = known.Keys.ToHashSet(StringComparer.Ordinal);
        await foreach (var page in Pages.ReadAsync(api, path, AgentLists.PageSize, call.Cancellation))
        {
            foreach (var agent in page.Entries("agents"))
            {
                var id = agent.Text("agent_id")!;
                var at = agent.Number("revision");
                gone.Remove(id);
                var isKnown = known.TryGetValue(id, out var before);
                known[id] = at;
                if (!isKnown && asNew is not null)
                {
                    await TellAsync(call, asNew, id, agent);
                }
                else if (isKnown && before != at)
                {
                    await TellAsync(call, "changed", id, agent);
                }
            }
        }

        foreach (var id in gone)
        {
            known.Remove(id);
            await TellAsync(call, "removed", id, null);
        }

        return revision;
    }

    private static async Task TellAsync(CommandCall call, string change, string id, JsonElement? agent)
    {
        if (call.IsJson)
        {
            await call.Answer.LineOfAsync(json =>
            {
                json.WriteString("change", change);
                json.WriteString("agent_id", id);
                if (agent is { } record)
                {
                    json.WritePropertyName("agent");
                    json.WriteOneLine(record);
                }
            });
            return;
        }

        var table = new TextTable("", "", "", "", "");
        var state = agent is { } present ? AgentLists.State(present.Flag("enabled")) : (Cell)"";
        var revision = agent?.Number("revision").ToString(CultureInfo.InvariantCulture);
        table.Add(Cell.Time(Times.Now(call.Terminal.Time)), Change(change), Cell.Short(id, 256), state, revision);
        call.Answer.Table(table);
        await call.Answer.FlushAsync();
    }

    private static Cell Change(string change) => change switch
    {
        "removed" => Cell.Of(change.PadRight(10), Color.Red),
        "changed" => Cell.Of(change.PadRight(10), Color.Blue),
        _ => Cell.Of(change.PadRight(10), Color.Green),
    };
}
