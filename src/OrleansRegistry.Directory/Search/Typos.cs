namespace OrleansRegistry.Directory;

/// <summary>Words that differ by one typo.</summary>
internal static class Typos
{
    /// <summary>Whether one letter is more, less, or another, or two are in the other order.</summary>
    public static bool AreOneApart(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        if (one.Length < other.Length)
        {
            var shorter = one;
            one = other;
            other = shorter;
        }

        if (one.Length - other.Length > 1)
        {
            return false;
        }

        var same = one.CommonPrefixLength(other);
        var rest = one[same..];
        var otherRest = other[same..];
        if (rest.Length > otherRest.Length)
        {
            return rest[1..].SequenceEqual(otherRest);
        }

        return rest.Length > 0
            && (rest[1..].SequenceEqual(otherRest[1..])
                || (rest.Length > 1 && rest[0] == otherRest[1] && rest[1] == otherRest[0] && rest[2..].SequenceEqual(otherRest[2..])));
    }
}
