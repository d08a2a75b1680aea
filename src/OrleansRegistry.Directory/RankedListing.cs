using System.Globalization;

namespace OrleansRegistry.Directory;

/// <summary>Answers an <see cref="AgentQuery"/> that ranks by the words of <see cref="AgentQuery.Words"/>.</summary>
internal static class RankedListing
{
    private const char Separator = '\u0001';

    /// <param name="isMatch">The other conditions of the query.</param>
    /// <param name="binding">The query without its page.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the words or the page token.</exception>
    public static AgentPage Run(TenantIndex index, AgentQuery query, long revision, Func<AgentEntry, bool> isMatch, string binding)
    {
        Check(query);
        var after = ReadToken(query.PageToken, binding);
        var size = query.PageSize ?? AgentQuery.RankedPageSize;
        var texts = index.Text.Generation;
        var asked = TextQuery.Of(query.Words!, texts);
        var found = TextSearch.Run(texts, asked, isMatch, size, after);
        return new AgentPage(
            [.. found.Best.Select(match => match.Entry.Record)], found.HasMore ? MakeToken(found.Best[^1], binding) : null, revision)
        {
            Matches = [.. found.Best.Select(match => new AgentMatch(match.Entry.Record.Id, match.Score, Highlights.Of(match.Entry.Record, asked)))],
        };
    }

    /// <summary>All agents that have at least one of the words, unranked.</summary>
    /// <inheritdoc cref="Run"/>
    public static IEnumerable<AgentEntry> FindAll(TenantIndex index, AgentQuery query, Func<AgentEntry, bool> isMatch)
    {
        Check(query);
        var texts = index.Text.Generation;
        return TextSearch.Run(texts, TextQuery.Of(query.Words!, texts), isMatch, int.MaxValue - 2, after: null).Best.Select(match => match.Entry);
    }

    /// <summary>The text, where it is short enough.</summary>
    public static string Checked(string text, string field) => text.Length <= AgentQuery.MaxWords
        ? text
        : throw RegistryException.Invalid(field, $"has {text.Length:N0} characters; it can have up to {AgentQuery.MaxWords:N0}");

    private static void Check(AgentQuery query) => Checked(query.Words!, "q");

    private static string MakeToken(TextMatch last, string binding) =>
        PageToken.Make(string.Create(CultureInfo.InvariantCulture, $"{last.Score:R}{Separator}{last.Entry.Record.Id}"), binding);

    private static (float Score, string Id)? ReadToken(string? token, string binding)
    {
        if (PageToken.Read(token, binding) is not { } key)
        {
            return null;
        }

        var end = key.IndexOf(Separator, StringComparison.Ordinal);
        return end > 0 && float.TryParse(key.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            ? (score, key[(end + 1)..])
            : throw RegistryException.Invalid("page_token", "is not one that this registry gave for this query; leave it out to start over");
    }
}
