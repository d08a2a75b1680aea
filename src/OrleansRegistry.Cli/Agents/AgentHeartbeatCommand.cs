using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Beats for agents or instances of one, once or until it is interrupted.</summary>
internal sealed class AgentHeartbeatCommand : RegistryCommand
{
    private readonly Argument<string[]> ids = new("id") { Description = "The agents' ids.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int?> every = new("--every")
    {
        Description = "Goes on every so many seconds, until it is interrupted; a sixth of the lease is a good measure.",
        HelpName = "seconds",
    };

    private readonly Option<string[]> instances = new("--instance")
    {
        Description = "Beats for this instance of the agent in its place; may be given several times.",
        HelpName = "name",
    };

    public AgentHeartbeatCommand()
        : base(
            "heartbeat",
            "Says that agents with a lease, or instances of one, are alive.",
            "registry agents heartbeat weather",
            "registry agents heartbeat weather --instance eu-1",
            "registry agents heartbeat weather tide --every 5    # as long as this runs")
    {
        Add(ids);
        Add(instances);
        Add(every);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        if (call.Get(every) is < 1)
        {
            throw CliException.Usage("--every is at least 1 second.");
        }

        string[] all = [.. call.Get(ids).Distinct(StringComparer.Ordinal)];
        string[] names = [.. (call.Get(instances) ?? []).Distinct(StringComparer.Ordinal)];
        if (names.Length > 0 && all.Length > 1)
        {
            throw CliException.Usage("--instance names an instance of one agent.");
        }

        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("agent_ids", names.Length > 0 ? [] : all);
            if (names.Length == 0)
            {
                // A registry that knows of no instances takes it too.
                return;
            }

            json.WriteStartArray("instances"u8);
            foreach (var name in names)
            {
                json.WriteStartObject();
                json.WriteString("agent_id", all[0]);
                json.WriteString("instance", name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        var connection = await call.ConnectAsync();
        while (true)
        {
            using var answer = await connection.Api.SendAsync(HttpMethod.Post, "agents:heartbeat", body, null, call.Cancellation);
            var end = await TellAsync(call, answer);
            if (call.Get(every) is not { } seconds)
            {
                return end;
            }

            await Task.Delay(TimeSpan.FromSeconds(seconds), call.Terminal.Time, call.Cancellation);
        }
    }

    private async Task<ExitCode> TellAsync(CommandCall call, ApiAnswer answer)
    {
        var results = answer.Json.Entries("results").ToList();
        var refused = results.Where(result => !result.Flag("success")).ToList();
        foreach (var result in refused)
        {
            call.Terminal.WriteError($"{NameOf(result)}: {result.Text("error")}");
        }

        if (call.IsJson && call.Get(every) is null)
        {
            call.Answer.Document(answer.Bytes);
        }
        else if (call.IsJson)
        {
            await call.Answer.LineOfAsync(json =>
            {
                foreach (var member in answer.Json.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    json.WriteOneLine(member.Value);
                }
            });
        }
        else
        {
            Print(call, results.Except(refused));
            await call.Answer.FlushAsync();
        }

        return refused.Select(result => ExitCodes.OfStatus((int)result.Number("status"))).Aggregate(ExitCode.Done, ExitCodes.Worse);
    }

    private static string? NameOf(JsonElement result) =>
        result.Text("instance") is { } instance ? $"{result.Text("agent_id")}/{instance}" : result.Text("agent_id");

    private static void Print(CommandCall call, IEnumerable<JsonElement> beats)
    {
        var table = new TextTable("", "", "", "");
        foreach (var beat in beats)
        {
            table.Add(Cell.Short(NameOf(beat), 520), Cell.Of("healthy", Color.Green), "until", Cell.Time(beat.Text("expires_at")));
        }

        call.Answer.Table(table);
    }
}
