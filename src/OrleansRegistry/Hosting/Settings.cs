using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Hosting;

/// <summary>A setting has a value that it cannot have. The message names the setting, the value and the choices.</summary>
public sealed class SettingException(string message) : Exception(message);

/// <summary>Reads settings by the names that people set them with, and refuses a value that is none. An empty value counts as unset.</summary>
public sealed class Settings(IConfiguration configuration)
{
    /// <summary>The value. A <c>__</c> in the name is a <c>:</c> where the setting came from the environment.</summary>
    public string? Text(string name) =>
        (configuration[name] ?? configuration[name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)]) is { } value && !string.IsNullOrWhiteSpace(value)
            ? value.Trim()
            : null;

    /// <summary>One of <paramref name="choices"/>, whatever its case.</summary>
    public T OneOf<T>(string name, T unset, IReadOnlyDictionary<string, T> choices) => Text(name) is not { } value
        ? unset
        : choices.TryGetValue(value.ToLowerInvariant(), out var choice)
            ? choice
            : throw new SettingException($"{name} is '{value}'; it can be {string.Join(", ", choices.Keys)}.");

    public bool Flag(string name, bool unset) => Text(name)?.ToLowerInvariant() switch
    {
        null => unset,
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        var other => throw new SettingException($"{name} is '{other}'; it can be true or false."),
    };

    public int Number(string name, int unset, int least, int most) => Text(name) is not { } value
        ? unset
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SettingException($"{name} is '{value}'; it can be a whole number from {least} to {most}.");

    public IReadOnlySet<string> List(string name) =>
        (Text(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
