namespace OrleansRegistry.Storage.Postgres;

/// <summary>What PostgreSQL's <c>text</c> cannot hold although JSON can.</summary>
internal static class ColumnText
{
    /// <summary>The text with U+FFFD in place of what a text column refuses.</summary>
    public static string Clean(string text) => text.Replace('\0', '\ufffd');
}
