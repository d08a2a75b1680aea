namespace OrleansRegistry.Settings;

/// <summary>
/// One setting as people see it: its names, what it can be, and what it is for. The tables in <c>docs/settings.md</c> and <c>--help</c> are made of
/// these.
/// </summary>
public abstract class Setting
{
    private protected Setting(string name, string help)
    {
        Name = name;
        Help = help;
    }

    /// <summary>The name by which it is set. A <c>__</c> in it is a <c>:</c> in configuration files.</summary>
    public string Name { get; }

    /// <summary>Other names of the same setting.</summary>
    public IReadOnlyList<string> Aliases { get; private protected init; } = [];

    /// <summary>What it is for, in a line. Names and values stand between backticks.</summary>
    public string Help { get; }

    /// <summary>The page of <c>docs/</c> that says more; null where none does.</summary>
    public string? More { get; private protected init; }

    /// <summary>Whether its value is, or holds, a secret: no message shows any of it.</summary>
    public bool IsSecret { get; private protected init; }

    /// <summary>What it can be, such as <c>a whole number from 1 to 100</c>; empty where that goes without saying.</summary>
    public abstract string Values { get; }

    /// <summary>What applies where it is not set; empty where nothing does.</summary>
    public abstract string Default { get; }

    /// <summary>A text of a setting without its backticks.</summary>
    public static string Plain(string text) => text.Replace("`", "", StringComparison.Ordinal);

    /// <summary>All its names, the first one first.</summary>
    internal IEnumerable<string> Names => [Name, .. Aliases];
}

/// <summary>A setting that something else reads, such as ASP.NET, and that users of the registry should know.</summary>
internal sealed class ForeignSetting(string name, string values, string unset, string help) : Setting(name, help)
{
    public override string Values => values;

    public override string Default => unset;
}
