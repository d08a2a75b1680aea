using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Shows the agents that a URL leads to.</summary>
internal sealed class AgentLookupCommand : RegistryCommand
{
    private readonly Argument<string> url = new("url") { Description = "An interface's URL or host:port, or where a card was fetched." };

    public AgentLookupCommand()
        : base("lookup", "Shows the agents that a URL leads to.", "registry agents lookup https://agent.example.com/rpc") => Add(url);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        using var answer = await connection.Api.GetAsync(ApiPath.With("agents:lookup", ("url", call.Get(url))), call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Json);
            return ExitCode.Done;
        }

        foreach (var agent in answer.Json.Entries("agents"))
        {
            call.Answer.Line(PlainText.Of(agent.Text("agent_id") ?? ""));
        }

        if (answer.Json.Number("total") == 0)
        {
            call.Terminal.WriteNote("There are none.");
        }

        return ExitCode.Done;
    }
}
