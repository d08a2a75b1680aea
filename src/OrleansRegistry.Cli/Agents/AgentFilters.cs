using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

/// <summary>The options by which agents are listed.</summary>
internal sealed class AgentFilters
{
    private readonly Option<string[]> tags = Many("--tag", "Agents with this tag; given again, with all of them.");
    private readonly Option<string[]> skills = Many("--skill", "Agents with a skill of this id; given again, with all of them.");
    private readonly Option<string?> category = new("--category") { Description = "Agents of this category.", HelpName = "name" };
    private readonly Option<string?> capability = new("--capability")
    {
        Description = "Agents that can do this, such as streaming.",
        HelpName = "name",
    };

    private readonly Option<string?> provider = new("--provider") { Description = "Agents of this organization.", HelpName = "name" };
    private readonly Option<bool> enabled = new("--enabled") { Description = "Enabled agents only." };
    private readonly Option<bool> disabled = new("--disabled") { Description = "Disabled agents only." };

    private readonly Option<string?> delivery = new("--delivery")
    {
        Description = "Agents to which messages get so: listed, worker or forward.",
        HelpName = "how",
    };

    public void AddTo(RegistryCommand command)
    {
        foreach (var option in (Option[])[tags, skills, category, capability, provider, enabled, disabled, delivery])
        {
            command.Add(option);
        }
    }

    /// <summary>The query of <c>GET /agents</c>.</summary>
    /// <exception cref="CliException">The options exclude each other.</exception>
    public IEnumerable<(string Name, string? Value)> Query(CommandCall call)
    {
        if (call.Get(enabled) && call.Get(disabled))
        {
            throw CliException.Usage("--enabled and --disabled leave no agents: give one of them.");
        }

        return
        [
            .. call.Get(tags)!.Select(tag => ("tag", (string?)tag)),
            .. call.Get(skills)!.Select(skill => ("skill", (string?)skill)),
            ("category", call.Get(category)),
            ("capability", call.Get(capability)),
            ("provider", call.Get(provider)),
            ("enabled", EnabledText(call)),
            ("delivery", call.Get(delivery)),
        ];
    }

    private string? EnabledText(CommandCall call)
    {
        if (call.Get(enabled))
        {
            return "true";
        }

        return call.Get(disabled) ? "false" : null;
    }

    private static Option<string[]> Many(string name, string description) =>
        new(name) { Description = description, HelpName = "name", DefaultValueFactory = _ => [] };
}
