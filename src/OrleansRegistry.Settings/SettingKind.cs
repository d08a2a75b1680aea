using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace OrleansRegistry.Settings;

/// <summary>Reads a value.</summary>
/// <returns>False where the text is not one.</returns>
public delegate bool SettingParser<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>What a setting can be: how its text is read and shown, and which values are valid.</summary>
public sealed class SettingKind<T>
{
    private readonly SettingParser<T> parse;
    private readonly Func<T, string> show;
    private readonly Func<T, bool> allows;

    internal SettingKind(string values, SettingParser<T> parse, Func<T, string> show, Func<T, bool> allows)
    {
        Values = values;
        Rule = Setting.Plain(values);
        this.parse = parse;
        this.show = show;
        this.allows = allows;
    }

    /// <summary>The values in words, names between backticks.</summary>
    public string Values { get; }

    /// <summary>As <see cref="Values"/>, with what only a refusal has to say.</summary>
    internal string Rule { get; init; }

    /// <summary>Whether an invalid value may be shown: no password can be in it.</summary>
    internal bool IsShown { get; init; }

    internal bool TryRead(string text, [MaybeNullWhen(false)] out T value) => parse(text, out value) && allows(value);

    internal bool Allows(T value) => allows(value);

    internal string Show(T value) => show(value);
}

/// <summary>The kinds of settings.</summary>
public static class SettingKind
{
    private static readonly string[] SecretMarks = ["://", "password", "pwd="];

    /// <summary>True or false.</summary>
    public static SettingKind<bool> Flag { get; } = new("true or false", ReadFlag, value => value ? "true" : "false", _ => true);

    /// <summary>A whole number.</summary>
    public static SettingKind<T> Number<T>(T least, T most)
        where T : struct, IBinaryInteger<T> => new(
            $"{least} to {most}",
            (text, out value) => T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value),
            value => $"{value}",
            value => value >= least && value <= most)
        {
            Rule = $"a whole number from {least} to {most}",
            IsShown = true,
        };

    /// <summary>A time in seconds, with or without a fraction.</summary>
    public static SettingKind<TimeSpan> Seconds(double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
        ReadSeconds,
        ShowSeconds,
        value => value.TotalSeconds >= least && value.TotalSeconds <= most)
    {
        Rule = string.Create(CultureInfo.InvariantCulture, $"a number of seconds from {least} to {most}"),
        IsShown = true,
    };

    /// <summary>A time in seconds; 0, which is null in the options, is never.</summary>
    /// <param name="least">The shortest time beside never.</param>
    public static SettingKind<TimeSpan?> SecondsOrNever(double most, double least = 0) => new(
        string.Create(CultureInfo.InvariantCulture, $"0 (never){Or(least)} to {most}"),
        ReadSecondsOrNever,
        value => value is { } time ? ShowSeconds(time) : "never",
        value => value is null || (value > TimeSpan.Zero && value.Value.TotalSeconds >= least && value.Value.TotalSeconds <= most))
    {
        Rule = string.Create(CultureInfo.InvariantCulture, $"a number of seconds from 0 (never){Or(least)} to {most}"),
        IsShown = true,
    };

    /// <summary>One of some names, in any case. A value that has several names is shown by the first.</summary>
    public static SettingKind<T> OneOf<T>(params IReadOnlyList<(string Name, T Value)> choices) => new(
        string.Join(", ", choices.Select(choice => $"`{choice.Name}`")),
        (string text, [MaybeNullWhen(false)] out T value) =>
        {
            var found = choices.FirstOrDefault(choice => choice.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = found.Value;
            return found.Name is not null;
        },
        value => choices.FirstOrDefault(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Name ?? "",
        value => choices.Any(choice => EqualityComparer<T>.Default.Equals(choice.Value, value)));

    /// <summary>A text; null where it is not set.</summary>
    /// <param name="values">What it can be, in words.</param>
    /// <param name="isValid">Judges it.</param>
    public static SettingKind<string?> Text(string values, Func<string, bool>? isValid = null) => new(
        values,
        (text, out value) =>
        {
            value = text;
            return true;
        },
        value => value ?? "",
        value => value is null || isValid?.Invoke(value) != false);

    /// <summary>A name or a folder: any text but one that looks like the address of a database, which may have a password in it.</summary>
    /// <inheritdoc cref="Text"/>
    public static SettingKind<string?> Plain(string values, Func<string, bool>? isValid = null) => new(
        values,
        (text, out value) =>
        {
            value = text;
            return !SecretMarks.Any(mark => text.Contains(mark, StringComparison.OrdinalIgnoreCase));
        },
        value => value ?? "",
        value => value is null || isValid?.Invoke(value) != false)
    {
        Rule = $"{Setting.Plain(values)}, and not an address with a password: a database is named in DATABASE_URL",
    };

    /// <summary>Texts with one of <paramref name="separators"/> between.</summary>
    /// <param name="values">What they can be, in words.</param>
    /// <param name="separators">The characters between them.</param>
    /// <param name="isValid">Judges each.</param>
    public static SettingKind<IReadOnlyList<string>> List(string values, string separators, Func<string, bool>? isValid = null) => new(
        values,
        (string text, [MaybeNullWhen(false)] out IReadOnlyList<string> value) =>
        {
            value = text.Split(separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return true;
        },
        value => string.Join(separators[0], value),
        value => isValid is null || value.All(isValid));

    /// <summary>A kind of another module's own.</summary>
    /// <param name="values">What it can be, in words.</param>
    /// <param name="parse">Reads it.</param>
    /// <param name="show">Writes it, for the default in the lists.</param>
    /// <param name="isValid">Judges it.</param>
    public static SettingKind<T> Of<T>(string values, SettingParser<T> parse, Func<T, string> show, Func<T, bool> isValid) =>
        new(values, parse, show, isValid);

    /// <summary>As <paramref name="kind"/>, or null where it is not set.</summary>
    public static SettingKind<T?> Optional<T>(SettingKind<T> kind)
        where T : struct => new(
            kind.Values,
            (text, out value) =>
            {
                var isRead = kind.TryRead(text, out var read);
                value = isRead ? read : null;
                return isRead;
            },
            value => value is { } given ? kind.Show(given) : "",
            value => value is not { } given || kind.Allows(given))
        {
            Rule = kind.Rule,
            IsShown = kind.IsShown,
        };

    private static bool ReadFlag(string text, out bool value)
    {
        value = text.ToLowerInvariant() is "true" or "1" or "yes" or "on";
        return value || text.ToLowerInvariant() is "false" or "0" or "no" or "off";
    }

    private static bool ReadSeconds(string text, out TimeSpan value)
    {
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= TimeSpan.MaxValue.TotalSeconds / 2;
        value = isNumber ? TimeSpan.FromSeconds(seconds) : default;
        return isNumber;
    }

    private static bool ReadSecondsOrNever(string text, out TimeSpan? value)
    {
        var isRead = ReadSeconds(text, out var time);
        value = time == TimeSpan.Zero ? null : time;
        return isRead;
    }

    private static string Or(double least) => least > 0 ? string.Create(CultureInfo.InvariantCulture, $", or {least}") : "";

    private static string ShowSeconds(TimeSpan value) => value.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
