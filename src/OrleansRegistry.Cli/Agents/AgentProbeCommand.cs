using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Looks whether an agent's published card can be had and says what the registry says, or tells what was found last.</summary>
internal sealed class AgentProbeCommand : RegistryCommand
{
    private const int LongestText = 2000;

    private readonly Argument<string> id = new("id") { Description = "The agent's id." };
    private readonly Option<bool> last = new("--last") { Description = "Looks nowhere, and tells what the last probe found." };

    public AgentProbeCommand()
        : base(
            "probe",
            "Looks whether the card that an agent publishes can be had, and says what the registry says.",
            "registry agents probe weather",
            "registry agents probe weather --last --json")
    {
        Add(id);
        Add(last);
    }

    /// <returns><see cref="ExitCode.Refused"/> where a look now finds that there is no card, or another one.</returns>
    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var isLast = call.Get(last);
        using var answer = isLast
            ? await connection.Api.GetAsync(ApiPath.Of("agents", call.Get(id), "/probe"), call.Cancellation)
            : await connection.Api.SendAsync(HttpMethod.Post, ApiPath.Of("agents", call.Get(id), ":probe"), null, null, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            Print(call.Answer, answer.Json);
        }

        return isLast || answer.Json.Text("outcome") == AgentProbeOutcome.Matches.ToName() ? ExitCode.Done : ExitCode.Refused;
    }

    private static void Print(Answer answer, JsonElement probe)
    {
        var facts = new TextTable("", "");
        facts.Add("agent", Cell.Short(probe.Text("agent_id"), LongestText));
        facts.Add("card", Cell.Short(probe.Text("url"), LongestText));
        facts.Add("outcome", Cell.Short(probe.Text("outcome") ?? "never probed", LongestText));
        facts.Add("reason", Cell.Short(probe.Text("reason"), LongestText));
        facts.Add("drift", Cell.Short(probe.Texts("drift"), LongestText));
        facts.Add("since", Cell.Time(probe.Text("since")));
        facts.Add("last probe", Cell.Time(probe.Text("last_probe")));
        facts.Add("last success", Cell.Time(probe.Text("last_success")));
        facts.Add("next probe", Cell.Time(probe.Text("next_probe")));
        facts.Add("failures", probe.Number("failures").ToString(CultureInfo.InvariantCulture));
        facts.Add("took", probe.Find("took_ms") is null ? null : string.Create(CultureInfo.InvariantCulture, $"{probe.Number("took_ms")} ms"));
        answer.Table(facts);
    }
}
