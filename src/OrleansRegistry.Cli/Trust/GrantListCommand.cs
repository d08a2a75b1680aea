using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

internal sealed class GrantListCommand : RegistryCommand
{
    private const int PageSize = 100;

    private readonly Option<string?> agent = new("--agent") { Description = "For this agent alone.", HelpName = "id" };
    private readonly Option<string?> state = new("--state") { Description = $"{GrantStates.AllNames}.", HelpName = "state" };
    private readonly Option<int> limit = Pages.LimitOption();

    public GrantListCommand()
        : base(
            "list",
            "Lists the grants that one gave, has or asked for, and those for one's agents; newest first.",
            "registry grants list --agent weather --state requested")
    {
        Add(agent);
        Add(state);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        ApiPath.With("grants", ("agent_id", call.Get(agent)), ("state", call.Get(state))),
        "grants",
        PageSize,
        call.Get(limit),
        ["GRANT", "AGENT", "TO", "STATE", "ACTIONS", "EXPIRES"],
        Row);

    private static Cell[] Row(JsonElement grant) =>
    [
        Cell.Short(grant.Text("id"), 40),
        Cell.Short(grant.Text("agent_id"), 40),
        Cell.Short(GrantLines.GranteeOf(grant), 40),
        Cell.Short(grant.Text("state"), 10),
        Cell.Short(grant.Texts("actions"), 30),
        Cell.Time(grant.Text("expires_at")),
    ];
}
