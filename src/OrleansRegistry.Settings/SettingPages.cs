using System.Text;

namespace OrleansRegistry.Settings;

/// <summary>The lists of settings that people read.</summary>
public static class SettingPages
{
    /// <summary>For a terminal.</summary>
    public static string Text(IEnumerable<SettingGroup> groups)
    {
        var page = new StringBuilder();
        foreach (var group in groups)
        {
            page.Append('\n').Append(group.Title).Append('\n');
            foreach (var setting in group.Settings)
            {
                page.Append("  ").AppendJoin(", ", setting.Names).Append("  [").Append(Setting.Plain(Facts(setting))).Append("]\n");
                page.Append("      ").Append(Setting.Plain(setting.Help)).Append('\n');
            }
        }

        return page.ToString();
    }

    /// <summary>As tables in Markdown, for a page in <c>docs/</c>.</summary>
    public static string Markdown(IEnumerable<SettingGroup> groups)
    {
        var page = new StringBuilder();
        foreach (var group in groups)
        {
            page.Append("\n## ").Append(group.Title).Append("\n\n| setting | default | values | |\n|---|---|---|---|\n");
            foreach (var setting in group.Settings)
            {
                page.Append("| ").AppendJoin(", ", setting.Names.Select(name => $"`{name}`"));
                page.Append(" | ").Append(setting.Default);
                page.Append(" | ").Append(setting.Values);
                page.Append(" | ").Append(setting.Help);
                if (setting.More is { } more)
                {
                    page.Append(" More: [").Append(more.Split('#')[0]).Append("](").Append(more).Append(')');
                }

                page.Append(" |\n");
            }
        }

        return page.ToString();
    }

    private static string Facts(Setting setting)
    {
        var unset = setting.Default.Length > 0 ? $"default: {setting.Default}" : "no default";
        string[] facts = [unset, setting.Values, setting.IsSecret ? "secret" : ""];
        return string.Join("; ", facts.Where(fact => fact.Length > 0));
    }
}
