using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Settings;

/// <summary>What is configured under the names of settings.</summary>
public static class Configured
{
    /// <summary>What separates the sections of a name in the environment.</summary>
    internal const string Separator = "__";

    /// <summary>
    /// The text; null where it is not set, or empty. A <c>__</c> in the name is a <c>:</c> where the setting came from the environment.
    /// </summary>
    public static string? Text(IConfiguration configuration, string name)
    {
        var text = configuration[name] ?? configuration[name.Replace(Separator, ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)];
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
