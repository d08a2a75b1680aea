namespace OrleansRegistry.Cli;

/// <summary>Text of others, made safe for a terminal: names and messages might hold escape sequences.</summary>
internal static class PlainText
{
    private const string Cut = "…";

    public static string Of(string? text) => text is null ? "" : LogText.Escape(text);

    /// <summary>In one line of at most so many characters.</summary>
    public static string Short(string? text, int most)
    {
        var line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length > most)
        {
            // Not within a surrogate pair.
            var end = char.IsHighSurrogate(line[most - 2]) ? most - 2 : most - 1;
            line = line[..end] + Cut;
        }

        return LogText.Escape(line);
    }
}
