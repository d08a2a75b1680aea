namespace OrleansRegistry.Server;

/// <summary>
/// Keeps what was configured out of messages that others made: .NET's binder and the host show values, and one might be a password.
/// </summary>
internal static class ConfiguredValues
{
    /// <summary>Shorter values are words such as <c>true</c>.</summary>
    private const int Shortest = 6;

    /// <summary>The text without any value of the configuration.</summary>
    public static string Mask(string text, IConfiguration? configuration) =>
        (configuration?.AsEnumerable() ?? [])
            .Select(setting => setting.Value)
            .Where(value => value is { Length: >= Shortest })
            .OrderByDescending(value => value!.Length)
            .Aggregate(text, (masked, value) => masked.Replace(value!, "(not shown)", StringComparison.Ordinal));
}
