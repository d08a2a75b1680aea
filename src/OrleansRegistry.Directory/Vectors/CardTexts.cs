namespace OrleansRegistry.Directory;

/// <summary>A text of a card that gets a vector of its own.</summary>
/// <param name="Field">Where in the card it is: <c>description</c>, <c>skills[2]</c>, or <c>skills[2]..[4]</c> where skills share one.</param>
internal readonly record struct CardPiece(string Field, string Text)
{
    public TextHash Hash => TextHash.Of(Text);
}

/// <summary>What of a card is compared by its meaning: one text of name and description, and one of each skill.</summary>
internal static class CardTexts
{
    /// <summary>The most for one card: where it has more skills, neighbours share a text.</summary>
    public const int Most = 8;

    /// <summary>Longer ones are cut, as models take no more.</summary>
    private const int Longest = 8_000;

    public static IReadOnlyList<CardPiece> Of(AgentCard card)
    {
        var pieces = new List<CardPiece> { new("description", Join([card.Name, card.Description])) };
        var share = (card.Skills.Count + Most - 2) / (Most - 1);
        for (var i = 0; i < card.Skills.Count; i += share)
        {
            var skills = card.Skills.Skip(i).Take(share).ToList();
            var last = i + skills.Count - 1;
            pieces.Add(new CardPiece(last == i ? $"skills[{i}]" : $"skills[{i}]..[{last}]", Join(skills.SelectMany(PartsOf))));
        }

        return [.. pieces.Where(piece => piece.Text.Length > 0)];
    }

    private static IEnumerable<string?> PartsOf(AgentSkill skill) =>
        [string.IsNullOrWhiteSpace(skill.Name) ? skill.Id : skill.Name, skill.Description, .. skill.Examples];

    private static string Join(IEnumerable<string?> parts)
    {
        var text = string.Join(". ", parts.Where(part => !string.IsNullOrWhiteSpace(part)).Select(part => part!.Trim().TrimEnd('.')));
        return text.Length <= Longest ? text : text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)];
    }
}
