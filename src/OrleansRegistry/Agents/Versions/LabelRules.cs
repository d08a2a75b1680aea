namespace OrleansRegistry.Agents.Versions;

/// <summary>What a label of an agent's versions may be, and how an agent's labels change.</summary>
internal static class LabelRules
{
    private const int MaxLength = 64;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static string Check(string label)
    {
        if (label.Length is 0 or > MaxLength || !char.IsAsciiLetterOrDigit(label[0])
            || !label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw RegistryException.Invalid(
                "label", $"must be 1 to {MaxLength} letters, digits, '-', '_' or '.', beginning with a letter or digit");
        }

        return label == AgentLabel.Latest
            ? throw RegistryException.Invalid("label", $"must not be {AgentLabel.Latest}, which is always the newest version")
            : label;
    }

    /// <param name="number">Null removes the label.</param>
    /// <exception cref="RegistryException">There is no such label to remove, or no room for another.</exception>
    public static IReadOnlyList<AgentLabel> Apply(IReadOnlyList<AgentLabel> labels, string name, long? number)
    {
        AgentLabel[] others = [.. labels.Where(label => label.Name != name)];
        if (number is not { } to)
        {
            return others.Length < labels.Count
                ? others
                : throw new RegistryException(RegistryError.NotFound, $"There is no label '{name}'.", "label");
        }

        return others.Length < AgentLabel.MaxCount
            ? [.. others.Append(new AgentLabel(name, to)).OrderBy(label => label.Name, StringComparer.Ordinal)]
            : throw RegistryException.Invalid("label", $"is one too many: an agent has up to {AgentLabel.MaxCount}");
    }
}
