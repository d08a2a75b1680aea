using System.Text;

namespace OrleansRegistry.Cli.Tests;

/// <summary>A line of a page, as a shell would read it: words, quotes, a comment, and where the output goes.</summary>
internal sealed record ShellLine(string[] Words, string? Into)
{
    public static ShellLine Parse(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        char? quote = null;
        foreach (var c in line + " ")
        {
            if (quote is null && !isWord && c == '#')
            {
                break;
            }

            if (c == quote || (quote is null && c is '\'' or '"'))
            {
                quote = quote is null ? c : null;
                isWord = true;
            }
            else if (quote is null && c == ' ')
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                isWord = false;
            }
            else
            {
                word.Append(c);
                isWord = true;
            }
        }

        return words is [.. var before, ">", var into] ? new ShellLine([.. before], into) : new ShellLine([.. words], null);
    }
}
