using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Hosting;

/// <summary>
/// A setting has a value that it cannot have. The message names the setting and the choices, and shows no value but a number: whatever setting it was
/// written to by mistake, it might be a password.
/// </summary>
public sealed class SettingException(string message) : Exception(message);

/// <summary>Reads settings by the names that people set them with, and rejects invalid values. An empty value counts as unset.</summary>
public sealed class Settings(IConfiguration configuration)
{
    private static readonly string[] SecretMarks = ["://", "password", "pwd="];

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
            : throw Refused(name, value, string.Join(", ", choices.Keys));

    public bool Flag(string name, bool unset) => Text(name)?.ToLowerInvariant() switch
    {
        null => unset,
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        var other => throw Refused(name, other, "true or false"),
    };

    public int Number(string name, int unset, int least, int most) => Text(name) is not { } value
        ? unset
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Refused(name, value, $"a whole number from {least} to {most}");

    /// <summary>A name or a folder: any text but one that a password may be in.</summary>
    /// <exception cref="SettingException">It looks like the address of a database.</exception>
    public string? Plain(string name) => Text(name) is not { } value
        ? null
        : SecretMarks.Any(mark => value.Contains(mark, StringComparison.OrdinalIgnoreCase))
            ? throw Refused(name, value, "a plain name or path, and not an address with a password: a database is named in DATABASE_URL")
            : value;

    /// <summary>The refusal of a value.</summary>
    /// <param name="choices">What it can be.</param>
    public static SettingException Refused(string name, string value, string choices)
    {
        var isNumber = value.Length <= 12 && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        return new SettingException($"{name} is {(isNumber ? value : $"set to what it cannot be ({value.Length} characters, not shown here)")}; it can be {choices}.");
    }

    public IReadOnlySet<string> List(string name) =>
        (Text(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
