using System.Globalization;

namespace OrleansRegistry.Settings;

/// <summary>
/// A setting has an invalid value. The message names the setting and what it can be, and shows no value but a number: any setting it was written
/// to by mistake, it might be a password.
/// </summary>
public sealed class SettingException(string message) : Exception(message)
{
    private const int LongestNumber = 12;

    /// <summary>The refusal of a configured text.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="text">What it is set to.</param>
    /// <param name="values">What it can be.</param>
    public static SettingException Of(string name, string text, string values)
    {
        var isNumber = text.Length <= LongestNumber && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        return new SettingException($"{name} {(isNumber ? $"is {text}" : Hidden(text))}; it can be {values}.");
    }

    internal static string Hidden(string text) => $"has an invalid value ({text.Length} characters, not shown here)";
}
