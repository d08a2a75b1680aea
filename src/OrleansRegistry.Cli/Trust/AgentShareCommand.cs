using System.CommandLine;
using System.Text.Json;
using OrleansRegistry.Cli.Agents;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Says of agents who sees them, and who may send them messages.</summary>
internal sealed class AgentShareCommand : AgentEachCommand
{
    private readonly Option<string?> visibility = new("--visibility")
    {
        Description = "Who sees them: tenant, named (owner, workers, those of --to and who has a grant) or public (other tenants too).",
        HelpName = "who",
    };

    private readonly Option<string[]> to = new("--to")
    {
        Description = "A subject that sees them; again for another. In place of those before.",
        HelpName = "subject",
    };

    private readonly Option<string?> messages = new("--messages-from")
    {
        Description = "Who may send them messages: tenant, or granted (owner, and who has a grant).",
        HelpName = "who",
    };

    public AgentShareCommand()
        : base(
            "share",
            "Says who sees agents, and who may send them messages.",
            "registry agents share weather --visibility public",
            "registry agents share weather --visibility named --to ann --to ben --messages-from granted")
    {
        Add(visibility);
        Add(to);
        Add(messages);
    }

    protected override string Done(JsonElement answer) => "shared";

    protected override Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition)
    {
        if (!call.Has(visibility) && !call.Has(to) && !call.Has(messages))
        {
            throw CliException.Usage("Say --visibility, --to or --messages-from.");
        }

        return api.SendAsync(
            HttpMethod.Patch,
            ApiPath.Of("agents", id),
            TaskRequests.Object(json =>
            {
                json.WriteGiven("visibility", call.Get(visibility));
                if (call.Has(to))
                {
                    json.WriteGiven("visible_to", call.Get(to) ?? []);
                }

                json.WriteGiven("messages_from", call.Get(messages));
            }),
            condition,
            call.Cancellation);
    }
}
