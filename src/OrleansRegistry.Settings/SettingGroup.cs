using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Settings;

/// <summary>Settings that stand together in the lists that people see.</summary>
public class SettingGroup(string title)
{
    private readonly List<Setting> settings = [];

    /// <summary>What they are about.</summary>
    public string Title => title;

    /// <summary>Its settings, in the order in which they were added.</summary>
    public IReadOnlyList<Setting> Settings => settings;

    /// <summary>Adds a setting that something else reads and checks, so that it is in the lists.</summary>
    /// <param name="name"><see cref="Setting.Name"/>.</param>
    /// <param name="values"><see cref="Setting.Values"/>.</param>
    /// <param name="unset"><see cref="Setting.Default"/>.</param>
    /// <param name="help"><see cref="Setting.Help"/>.</param>
    public SettingGroup AddForeign(string name, string values, string unset, string help)
    {
        settings.Add(new ForeignSetting(name, values, unset, help));
        return this;
    }

    private protected void Add(Setting setting) => settings.Add(setting);
}

/// <summary>
/// Settings that become <typeparamref name="TOptions"/>. Whatever has settings declares them in such a group, which binds and checks them, and the
/// program that it is part of has the group in its list.
/// </summary>
/// <typeparam name="TOptions">New options have the defaults.</typeparam>
public sealed class SettingGroup<TOptions>(string title) : SettingGroup(title)
    where TOptions : class, new()
{
    /// <summary>Adds a setting.</summary>
    /// <param name="name"><see cref="Setting.Name"/>.</param>
    /// <param name="kind">How its text is read, and which values are valid.</param>
    /// <param name="help"><see cref="Setting.Help"/>.</param>
    /// <param name="get">Reads the property that it becomes.</param>
    /// <param name="set">Writes that property.</param>
    /// <param name="notes">What it has beside that.</param>
    /// <param name="option">The property's name, from <paramref name="get"/>.</param>
    public SettingGroup<TOptions> Add<T>(
        string name,
        SettingKind<T> kind,
        string help,
        Func<TOptions, T> get,
        Action<TOptions, T> set,
        SettingNotes? notes = null,
        [CallerArgumentExpression(nameof(get))] string option = "")
    {
        Add(OptionSetting<TOptions, T>.Create(name, kind, help, get, set, notes ?? SettingNotes.None, option[(option.LastIndexOf('.') + 1)..]));
        return this;
    }

    /// <summary>Puts what is configured into the options, in the order in which the settings were added.</summary>
    /// <exception cref="SettingException">A setting has an invalid value.</exception>
    public void Bind(IConfiguration configuration, TOptions options)
    {
        foreach (var setting in Settings.OfType<OptionSetting<TOptions>>())
        {
            setting.Bind(configuration, options);
        }
    }

    /// <summary>What is wrong with the options, whoever set them: a line for each invalid value, which names option and setting.</summary>
    public IEnumerable<string> FaultsOf(TOptions options) =>
        Settings.OfType<OptionSetting<TOptions>>().Select(setting => setting.FaultOf(options)).OfType<string>();
}
