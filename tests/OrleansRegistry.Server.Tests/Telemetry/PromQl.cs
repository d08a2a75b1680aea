using System.Text.RegularExpressions;

namespace OrleansRegistry.Server.Tests.Telemetry;

/// <summary>Finds in queries what a scrape does not have. It knows the functions that the project's queries use, and fails on others.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Functions =
    [
        "count", "histogram_quantile", "increase", "max", "min", "min_over_time", "rate", "scalar", "sum",
    ];

    private static readonly HashSet<string> Grouping = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly HashSet<string> Operators = ["and", "or", "unless", "bool", "offset"];

    /// <summary>What Prometheus makes itself.</summary>
    private static readonly HashSet<string> OfPrometheus = ["up"];

    private static readonly HashSet<string> LabelsOfPrometheus = ["job", "instance"];

    public static IEnumerable<string> Faults(string query, Scrape scrape) => Find(query, scrape).Select(fault => $"{query}: {fault}");

    private static IEnumerable<string> Find(string query, Scrape scrape)
    {
        var known = new HashSet<string>(LabelsOfPrometheus);
        var grouped = new List<string>();
        var tokens = new List<Match>();
        for (var at = 0; at < query.Length;)
        {
            var token = Token().Match(query, at);
            if (!token.Success || token.Index != at)
            {
                yield return $"cannot be read from: {query[at..]}";
                yield break;
            }

            at += token.Length;
            if (token.Groups["space"].Length == 0)
            {
                tokens.Add(token);
            }
        }

        for (var i = 0; i < tokens.Count; i++)
        {
            var word = tokens[i].Groups["word"].Value;
            var next = i + 1 < tokens.Count ? tokens[i + 1].Value : "";
            if (Grouping.Contains(word))
            {
                for (i += 2; i < tokens.Count && tokens[i].Value != ")"; i++)
                {
                    grouped.AddRange(tokens[i].Value == "," ? [] : [tokens[i].Value]);
                }
            }
            else if (word.Length == 0 || Operators.Contains(word))
            {
            }
            else if (next == "(" || (i + 1 < tokens.Count && Grouping.Contains(next)))
            {
                if (!Functions.Contains(word))
                {
                    yield return $"{word} is no function that is known";
                }
            }
            else if (!scrape.Has(word) && !OfPrometheus.Contains(word))
            {
                yield return $"{word} is not in the scrape";
            }
            else
            {
                var labels = scrape.LabelsOf(word);
                known.UnionWith(labels);
                for (i += next == "{" ? 2 : 1; next == "{" && i < tokens.Count && tokens[i].Value != "}"; i++)
                {
                    var label = tokens[i].Groups["word"].Value;
                    if (label.Length > 0 && !labels.Contains(label) && !LabelsOfPrometheus.Contains(label))
                    {
                        yield return $"{word} has no label {label}";
                    }
                }

                i -= next == "{" ? 0 : 1;
            }
        }

        foreach (var label in grouped.Where(label => !known.Contains(label)))
        {
            yield return $"nothing in it has the label {label}";
        }
    }

    [GeneratedRegex(
        """
        \G((?<space>\s+)|(?<range>\[(\$__rate_interval|\d+[smhd])\])|(?<text>"(\\.|[^"\\])*"|'(\\.|[^'\\])*')|(?<number>\d+(\.\d+)?(e\d+)?[smhd]?)|(?<word>[a-zA-Z_:][\w:]*)|(?<sign>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},]))
        """,
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Token();
}
