namespace OrleansRegistry.Storage.Postgres;

/// <summary>JSON text as PostgreSQL's <c>text</c> can hold it.</summary>
internal static class ColumnText
{
    private const char Separator = '\u001f';

    /// <summary>The longest value of an array that goes into a GIN index.</summary>
    private const int MaxIndexedLength = 500;

    /// <summary>The text with U+FFFD in place of what a text column refuses.</summary>
    public static string Clean(string text) => text.Replace('\0', '\ufffd');

    /// <summary>Texts as one, with U+001F between them; those that are empty or too long for an index are left out.</summary>
    public static string Join(IEnumerable<string> texts) =>
        string.Join(Separator, texts.Where(text => text.Length is > 0 and <= MaxIndexedLength && !text.Contains(Separator)).Select(Clean));
}
