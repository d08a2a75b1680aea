namespace OrleansRegistry.Storage.Postgres;

/// <summary>What PostgreSQL's <c>jsonb</c> and <c>text</c> cannot hold although JSON can.</summary>
internal static class JsonbText
{
    /// <summary>True unless a string in the document has an escaped U+0000 or half a surrogate pair, which jsonb refuses.</summary>
    public static bool CanHold(ReadOnlySpan<byte> json)
    {
        var inPair = false;
        for (var rest = json; ;)
        {
            var at = rest.IndexOf((byte)'\\');
            if (at < 0 || at + 1 >= rest.Length)
            {
                return !inPair;
            }

            if (inPair && at != 0)
            {
                return false;
            }

            if (rest[at + 1] != 'u' || at + 6 > rest.Length)
            {
                if (inPair)
                {
                    return false;
                }

                rest = rest[(at + 2)..];
                continue;
            }

            if (!Escape(rest.Slice(at + 2, 4), out var unit) || unit == 0 || char.IsLowSurrogate(unit) != inPair)
            {
                return false;
            }

            inPair = char.IsHighSurrogate(unit);
            rest = rest[(at + 6)..];
        }
    }

    /// <summary>The text with U+FFFD in place of what a text column refuses.</summary>
    public static string Clean(string text) => text.Replace('\0', '\ufffd');

    private static bool Escape(ReadOnlySpan<byte> digits, out char unit)
    {
        var read = ushort.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value);
        unit = (char)value;
        return read;
    }
}
