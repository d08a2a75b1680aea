using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

/// <summary>The options by which agents are listed: one for each <see cref="AgentField"/>, and two that take any of them.</summary>
internal sealed class AgentFilters
{
    private readonly (AgentField Field, Option<string[]> Option)[] any =
        [.. AgentField.All.Where(field => field != AgentField.Enabled).Select(field => (field, Of(field)))];

    private readonly Option<string[]> all = Many("--all-of", "field=value", "Agents with all of these, such as --all-of tag=sky --all-of tag=sea.");
    private readonly Option<string[]> not = Many("--not", "field=value", "Agents with none of these, such as --not tag=beta.");
    private readonly Option<bool> enabled = new("--enabled") { Description = "Enabled agents only." };
    private readonly Option<bool> disabled = new("--disabled") { Description = "Disabled agents only." };

    public void AddTo(RegistryCommand command)
    {
        foreach (var option in (Option[])[.. any.Select(one => one.Option), enabled, disabled, all, not])
        {
            command.Add(option);
        }
    }

    /// <summary>The query of <c>GET /agents</c>.</summary>
    /// <exception cref="CliException">The options exclude each other, or one is no <c>field=value</c>.</exception>
    public IEnumerable<(string Name, string? Value)> Query(CommandCall call)
    {
        if (call.Get(enabled) && call.Get(disabled))
        {
            throw CliException.Usage("--enabled and --disabled leave no agents: give one of them.");
        }

        return
        [
            .. any.SelectMany(one => call.Get(one.Option)!.Select(value => (one.Field.Name, (string?)value))),
            ("enabled", EnabledText(call)),
            .. call.Get(all)!.Select(text => Pair(all.Name, "all.", text)),
            .. call.Get(not)!.Select(text => Pair(not.Name, "not.", text)),
        ];
    }

    /// <summary>Reads what an option is given as <c>field=value</c>.</summary>
    /// <exception cref="CliException">It is not, or there is no such field.</exception>
    public static (AgentField Field, string Value) Pair(string option, string text)
    {
        var end = text.IndexOf('=', StringComparison.Ordinal);
        var field = end < 0 ? null : AgentField.Find(text[..end].Replace('-', '_'));
        return field is not null && end < text.Length - 1
            ? (field, text[(end + 1)..])
            : throw CliException.Usage(
                $"{option} {text}: must be field=value, with one of these fields: {string.Join(", ", AgentField.All.Select(known => known.Name))}.");
    }

    private static (string Name, string? Value) Pair(string option, string rule, string text) =>
        Pair(option, text) is var (field, value) ? (rule + field, value) : default;

    private string? EnabledText(CommandCall call)
    {
        if (call.Get(enabled))
        {
            return "true";
        }

        return call.Get(disabled) ? "false" : null;
    }

    private static Option<string[]> Of(AgentField field)
    {
        var values = field.Values is null ? "" : $" ({string.Join(", ", field.Values)})";
        return Many($"--{field.Name.Replace('_', '-')}", "value", $"Agents with this: {field.Description}{values}; given again, with one of them.");
    }

    private static Option<string[]> Many(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, DefaultValueFactory = _ => [] };
}
