using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Shows what happens to agents, as the registry tells it.</summary>
internal sealed class AgentWatchCommand : RegistryCommand
{
    private readonly AgentFilters filters = new();
    private readonly Option<bool> all = new("--all") { Description = "Begins with the agents that there are." };

    public AgentWatchCommand()
        : base(
            "watch",
            "Shows agents as they are registered, changed and removed, until it is interrupted.",
            "registry agents watch",
            "registry agents watch --all --tag weather --json    # a line of JSON for each")
    {
        filters.AddTo(this);
        Add(all);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        await new EventTail(connection.Api, ApiPath.With("agents:watch", [.. filters.Query(call)]), call.Terminal).RunAsync(
            async (name, data) =>
            {
                if (name == "reset")
                {
                    call.Terminal.WriteNote("Too much has happened in between: all agents follow.");
                }
                else if (data.Text("agent_id") is { } id && (name != "present" || call.Get(all)))
                {
                    await TellAsync(call, name, id, data.Find("agent"));
                }

                return true;
            },
            call.Cancellation);
        return ExitCode.Done;
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
        var state = agent is { } present ? AgentLists.State(present) : (Cell)"";
        var revision = agent?.Number("revision").ToString(CultureInfo.InvariantCulture);
        table.Add(Cell.Time(Times.Now(call.Terminal.Time)), Change(change), Cell.Short(id, 256), state, revision);
        call.Answer.Table(table);
        await call.Answer.FlushAsync();
    }

    private static Cell Change(string change) => change switch
    {
        "removed" or "left" => Cell.Of(change.PadRight(10), Color.Red),
        "updated" or "status" => Cell.Of(change.PadRight(10), Color.Blue),
        _ => Cell.Of(change.PadRight(10), Color.Green),
    };
}
