using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Settings;

/// <summary>A setting that becomes a property of <typeparamref name="TOptions"/>.</summary>
internal abstract class OptionSetting<TOptions>(string name, string help) : Setting(name, help)
{
    /// <summary>Puts the configured value into the options, and leaves them alone where nothing is configured.</summary>
    /// <exception cref="SettingException">The value is invalid, or two names of the setting have different values.</exception>
    public abstract void Bind(IConfiguration configuration, TOptions options);

    /// <summary>What is wrong with the value that the options have, whoever put it there; null where it is valid.</summary>
    public abstract string? FaultOf(TOptions options);
}

/// <inheritdoc/>
internal sealed class OptionSetting<TOptions, T>(
    string name,
    SettingKind<T> kind,
    string help,
    Func<TOptions, T> get,
    Action<TOptions, T> set,
    SettingNotes notes,
    string option) : OptionSetting<TOptions>(name, help)
    where TOptions : class, new()
{
    public override string Values => kind.Values;

    public override string Default => notes.Unset ?? (kind.Show(get(new TOptions())) is { Length: > 0 } value ? $"`{value}`" : "");

    public static OptionSetting<TOptions, T> Create(
        string name, SettingKind<T> kind, string help, Func<TOptions, T> get, Action<TOptions, T> set, SettingNotes notes, string option) =>
        new(name, kind, help, get, set, notes, option) { Aliases = notes.Aliases, More = notes.More, IsSecret = notes.IsSecret };

    public override void Bind(IConfiguration configuration, TOptions options)
    {
        string? bound = null;
        var value = default(T)!;
        foreach (var name in Names)
        {
            if (Configured.Text(configuration, name) is not { } text)
            {
                continue;
            }

            if (!kind.TryRead(text, out var read))
            {
                throw IsSecret
                    ? new SettingException($"{name} {SettingException.Hidden(text)}; it can be {kind.Rule}.")
                    : SettingException.Of(name, text, kind.Rule);
            }

            if (bound is not null && kind.Show(read) != kind.Show(value))
            {
                throw new SettingException($"{bound} and {name} are two names of one setting, and have different values: set one of them.");
            }

            bound = name;
            value = read;
        }

        if (bound is not null)
        {
            set(options, value);
        }
    }

    public override string? FaultOf(TOptions options)
    {
        var value = get(options);
        if (kind.Allows(value))
        {
            return null;
        }

        var found = kind.IsShown && !IsSecret ? $"is {kind.Show(value)}" : "has an invalid value";
        return $"{option} ({Name}) {found}; it can be {kind.Rule}";
    }
}
