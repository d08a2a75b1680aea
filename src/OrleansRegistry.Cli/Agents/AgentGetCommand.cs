using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

internal sealed class AgentGetCommand : RegistryCommand
{
    private const int LongestText = 2000;

    private readonly Argument<string> id = new("id") { Description = "The agent's id." };
    private readonly Option<bool> card = new("--card") { Description = "The card alone, byte for byte as it was registered." };

    public AgentGetCommand()
        : base("get", "Shows one agent.", "registry agents get weather", "registry agents get weather --card > weather.json")
    {
        Add(id);
        Add(card);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var isCard = call.Get(card);
        using var answer = await connection.Api.GetAsync(ApiPath.Of("agents", call.Get(id), isCard ? "/card" : ""), call.Cancellation);
        if (isCard)
        {
            call.Answer.Bytes(answer.Bytes);
        }
        else if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            Print(call.Answer, answer.Json);
        }

        return ExitCode.Done;
    }

    private static void Print(Answer answer, JsonElement agent)
    {
        var card = agent.Find("agent_card") ?? agent;
        var facts = new TextTable("", "");
        facts.Add("agent", Cell.Short(agent.Text("agent_id"), LongestText));
        facts.Add("name", Cell.Short(card.Text("name"), LongestText));
        facts.Add("description", Cell.Short(card.Text("description"), LongestText));
        facts.Add("version", Cell.Short(card.Text("version"), LongestText));
        facts.Add("state", AgentLists.State(agent));
        facts.Add("health", Cell.Short(agent.Text("health"), LongestText));
        facts.Add("lease", Lease(agent));
        facts.Add("probe", Cell.Short(agent.Find("probe")?.Text("outcome"), LongestText));
        facts.Add("trust level", Cell.Short(agent.Text("trust_level"), LongestText));
        facts.Add("domain", Cell.Short(agent.Flag("domain_verified") ? "verified" : null, LongestText));
        facts.Add("signature", Cell.Short(agent.Find("signature")?.Text("verdict"), LongestText));
        facts.Add("deprecation", Cell.Short(agent.Text("deprecation_message"), LongestText));
        facts.Add("successor", Cell.Short(agent.Text("successor"), LongestText));
        facts.Add("revision", agent.Number("revision").ToString(CultureInfo.InvariantCulture));
        facts.Add("delivery", Cell.Short(agent.Text("delivery"), LongestText));
        facts.Add("credentials", Cell.Short(agent.Texts("credentials_for") is { Length: > 0 } origins ? $"for {origins}" : null, LongestText));
        facts.Add("owner", Cell.Short(agent.Text("owner"), LongestText));
        facts.Add("workers", Cell.Short(agent.Texts("workers"), LongestText));
        facts.Add("visibility", Cell.Short(agent.Text("visibility"), LongestText));
        facts.Add("visible to", Cell.Short(agent.Texts("visible_to"), LongestText));
        facts.Add("messages from", Cell.Short(agent.Text("messages_from"), LongestText));
        facts.Add("created", Cell.Time(agent.Text("created_at")));
        facts.Add("updated", Cell.Time(agent.Text("updated_at")));
        foreach (var address in Addresses(card))
        {
            facts.Add("address", Cell.Short(address, LongestText));
        }

        foreach (var instance in agent.Entries("instances"))
        {
            facts.Add("instance", Cell.Short($"{instance.Text("name")} {instance.Text("health")} {instance.Text("url")}", LongestText));
        }

        answer.Table(facts);
        var skills = new TextTable("SKILL", "TAGS", "DESCRIPTION");
        foreach (var skill in card.Entries("skills"))
        {
            skills.Add(Cell.Short(skill.Text("id"), 60), Cell.Short(skill.Texts("tags"), 40), Cell.Short(skill.Text("description"), LongestText));
        }

        if (skills.Rows > 0)
        {
            answer.Line("");
            answer.Table(skills);
        }
    }

    private static string? Lease(JsonElement agent) => agent.Find("lease") is not { } lease
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{lease.Number("ttl")} s{(lease.Flag("ephemeral") ? ", ephemeral" : "")}");

    /// <summary>A2A 1.0 has interfaces, 0.3 has one address and more beside it.</summary>
    private static IEnumerable<string> Addresses(JsonElement card)
    {
        if (card.Text("url") is { } url)
        {
            yield return $"{url} {card.Text("preferredTransport")}".TrimEnd();
        }

        foreach (var way in card.Entries("supportedInterfaces").Concat(card.Entries("additionalInterfaces")))
        {
            yield return $"{way.Text("url")} {way.Text("protocolBinding") ?? way.Text("transport")}".TrimEnd();
        }
    }
}
