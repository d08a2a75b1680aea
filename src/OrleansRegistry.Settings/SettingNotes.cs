namespace OrleansRegistry.Settings;

/// <summary>What few settings have beside the rest.</summary>
public sealed record SettingNotes
{
    internal static SettingNotes None { get; } = new();

    /// <inheritdoc cref="Setting.Aliases"/>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What applies where it is not set, in words: for what new options do not show, as it depends on something else.</summary>
    public string? Unset { get; init; }

    /// <inheritdoc cref="Setting.More"/>
    public string? More { get; init; }

    /// <inheritdoc cref="Setting.IsSecret"/>
    public bool IsSecret { get; init; }
}
