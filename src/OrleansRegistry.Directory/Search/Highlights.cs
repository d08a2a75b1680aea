namespace OrleansRegistry.Directory;

/// <summary>The pieces of a card that show why a search found it.</summary>
internal static class Highlights
{
    private const int Most = 2;
    private const int Length = 160;

    public static IReadOnlyList<AgentHighlight> Of(AgentRecord record, TextQuery query)
    {
        var wanted = query.Clauses.SelectMany(clause => clause.Variants).Select(variant => variant.Token.Token).ToHashSet(StringComparer.Ordinal);
        AgentCard card;
        try
        {
            card = AgentCard.Read(record.Card);
        }
        catch (RegistryException)
        {
            // It was found by its id.
            return [];
        }

        return
        [
            .. Fields(card).Select(field => (field.Path, field.Text, Found: PlacesOf(field.Text, wanted)))
                .Where(field => field.Found.Count > 0)
                .OrderByDescending(field => field.Found.Select(place => place.Token).Distinct(StringComparer.Ordinal).Count())
                .Take(Most)
                .Select(field => Cut(field.Path, field.Text, field.Found)),
        ];
    }

    /// <summary>In the order in which they are shown where they tell as much.</summary>
    private static IEnumerable<(string Path, string Text)> Fields(AgentCard card)
    {
        yield return ("description", card.Description ?? "");
        foreach (var (i, skill) in card.Skills.Index())
        {
            yield return ($"skills[{i}].description", skill.Description ?? "");
            yield return ($"skills[{i}].name", skill.Name ?? "");
            foreach (var (j, example) in skill.Examples.Index())
            {
                yield return ($"skills[{i}].examples[{j}]", example);
            }
        }

        yield return ("name", card.Name);
        foreach (var (i, tag) in card.Tags.Index())
        {
            yield return ($"tags[{i}]", tag);
        }

        foreach (var provider in card.Providers)
        {
            yield return ("provider", provider);
        }
    }

    private static List<(string Token, TextRange Range)> PlacesOf(string text, HashSet<string> wanted)
    {
        var places = new List<(string, TextRange)>();
        TextTokens.Read(text, (places, wanted), static (state, token, range) =>
        {
            if (state.wanted.TryGetValue(token.ToString(), out var known))
            {
                state.places.Add((known, range));
            }
        });
        return places;
    }

    private static AgentHighlight Cut(string path, string text, List<(string Token, TextRange Range)> places)
    {
        var (start, end) = WindowOf(text, places);
        var before = start > 0 ? "…" : "";
        var ranges = new List<TextRange>();
        foreach (var (_, place) in places.OrderBy(place => place.Range.Start))
        {
            var isNext = ranges.Count == 0 || place.Start - start + before.Length >= ranges[^1].Start + ranges[^1].Length;
            if (place.Start >= start && place.Start + place.Length <= end && isNext)
            {
                ranges.Add(new TextRange(place.Start - start + before.Length, place.Length));
            }
        }

        return new AgentHighlight(path, before + text[start..end] + (end < text.Length ? "…" : ""), ranges);
    }

    /// <summary>The part of a text, between words, that has most of the places.</summary>
    private static (int Start, int End) WindowOf(string text, List<(string Token, TextRange Range)> places)
    {
        if (text.Length <= Length)
        {
            return (0, text.Length);
        }

        var first = places.Select(place => place.Range.Start)
            .MaxBy(from => places.Count(place => place.Range.Start >= from && place.Range.Start + place.Range.Length <= from + (Length * 3 / 4)));
        var start = Math.Max(0, first - (Length / 4));
        var end = Math.Min(text.Length, start + Length);
        return (start == 0 ? 0 : BetweenWords(text, start, first), end == text.Length ? end : EndOfWord(text, end, first));
    }

    /// <summary>The first beginning of a word from <paramref name="from"/> on, or there where none is before <paramref name="to"/>.</summary>
    private static int BetweenWords(string text, int from, int to)
    {
        var space = text.IndexOf(' ', from, to - from);
        return space < 0 ? OfCharacter(text, from) : space + 1;
    }

    private static int EndOfWord(string text, int from, int to)
    {
        var space = text.LastIndexOf(' ', from - 1, from - to);
        return space <= to ? OfCharacter(text, from) : space;
    }

    /// <summary>Not within a character of two code units.</summary>
    private static int OfCharacter(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
}
