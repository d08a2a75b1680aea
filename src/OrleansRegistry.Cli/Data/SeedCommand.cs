using System.Text.Json;

namespace OrleansRegistry.Cli.Data;

internal sealed class SeedCommand() : RegistryCommand(
    "seed",
    "Registers a few example agents, for a registry that is tried out. Agents that are there already stay as they are.",
    "registry seed",
    "registry seed --store ./data --json")
{
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync(StoreUse.MayCreate);
        var registered = new List<string>();
        var there = new List<string>();
        foreach (var agent in RegistrySeed.Agents())
        {
            (await IsNewAsync(connection.Api, agent, call.Cancellation) ? registered : there).Add(agent.Id!);
        }

        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                Write(json, "registered", registered);
                Write(json, "there", there);
            });
        }
        else
        {
            call.Answer.Line($"registered {Names(registered)}{(there.Count > 0 ? $"; there already: {Names(there)}" : "")}");
        }

        return ExitCode.Done;
    }

    private static string Names(List<string> ids) => ids.Count > 0 ? string.Join(", ", ids) : "none";

    private static void Write(Utf8JsonWriter json, string name, List<string> ids)
    {
        json.WriteStartArray(name);
        ids.ForEach(json.WriteStringValue);
        json.WriteEndArray();
    }

    private static async Task<bool> IsNewAsync(RegistryApi api, AgentRegistration agent, CancellationToken cancellation)
    {
        byte[] body = [.. "{\"agent_card\":"u8, .. agent.Card.Span, .. "}"u8];
        try
        {
            using var answer = await api.SendAsync(HttpMethod.Put, ApiPath.Of("agents", agent.Id!), body, ("If-None-Match", "*"), cancellation);
            return true;
        }
        catch (CliException refused) when (refused.Status == 412)
        {
            return false;
        }
    }
}
