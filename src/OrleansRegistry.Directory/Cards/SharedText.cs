namespace OrleansRegistry.Directory;

/// <summary>
/// One copy of the words that many cards have in common, such as tags: less memory for each agent, and compared by reference. A word
/// that was last seen long ago may come as another copy.
/// </summary>
internal static class SharedText
{
    private const int Slots = 4096;
    private const int MaxLength = 64;

    private const int MaxItems = 16;

    private static readonly string?[] Words = new string?[Slots];
    private static readonly IReadOnlyList<string>?[] Lists = new IReadOnlyList<string>?[Slots];

    /// <summary>The text, as the copy that others have where there is one.</summary>
    public static string Of(string text)
    {
        if (text.Length > MaxLength)
        {
            return text;
        }

        // Each place holds the word that came last to it. A race of two is won by either.
        ref var place = ref Words[(uint)text.GetHashCode(StringComparison.Ordinal) % Slots];
        var known = place;
        return known == text ? known : place = text;
    }

    /// <summary>The list, as the copy that others have where there is one. Its texts are shared already.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> texts)
    {
        if (texts.Count is 0 or > MaxItems)
        {
            return texts;
        }

        var hash = default(HashCode);
        for (var i = 0; i < texts.Count; i++)
        {
            hash.Add(texts[i].GetHashCode(StringComparison.Ordinal));
        }

        ref var place = ref Lists[(uint)hash.ToHashCode() % Slots];
        var known = place;
        return known is not null && known.SequenceEqual(texts) ? known : place = texts;
    }
}
