using System.Text;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The <c>options</c> of a connection string, <c>-c name=value --name=value</c>; a backslash keeps a blank in a value.</summary>
internal static class SessionOptions
{
    /// <summary>The settings in their order; null where there is anything else in it, which only the server can read.</summary>
    public static IReadOnlyList<(string Name, string Value)>? TryRead(string? options)
    {
        var settings = new List<(string Name, string Value)>();
        var words = Words(options ?? "");
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            var setting = word switch
            {
                "-c" when i + 1 < words.Count => words[++i],
                ['-', '-' or 'c', .. var rest] => rest,
                _ => "",
            };
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return null;
            }

            settings.Add((setting[..equals].Replace('-', '_'), setting[(equals + 1)..]));
        }

        return settings;
    }

    private static List<string> Words(string options)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < options.Length; i++)
        {
            if (!char.IsWhiteSpace(options[i]))
            {
                word.Append(options[i] == '\\' && i + 1 < options.Length ? options[++i] : options[i]);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        return word.Length > 0 ? [.. words, word.ToString()] : words;
    }
}
