using System.Globalization;

namespace OrleansRegistry.Directory;

/// <summary>Answers an <see cref="AgentQuery"/> that ranks by the words of <see cref="AgentQuery.Words"/>.</summary>
internal static class RankedListing
{
    private const char Separator = '\u0001';

    /// <param name="isMatch">The other conditions of the query.</param>
    /// <param name="binding">The query without its page.</param>
    /// <param name="meaning">Null: words alone count.</param>
    /// <param name="few">Where the other conditions leave few: agents among which all are that they admit.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the words or the page token.</exception>
    public static AgentPage Run(
        TenantIndex index,
        AgentQuery query,
        long revision,
        Func<AgentEntry, bool> isMatch,
        string binding,
        MeaningQuery? meaning = null,
        IReadOnlyList<AgentSlot>? few = null)
    {
        Check(query);
        var after = ReadToken(query.PageToken, binding)?.Last;
        var size = query.PageSize ?? AgentQuery.RankedPageSize;
        var mode = meaning?.Mode ?? AgentSearchMode.Text;
        var asked = TextQuery.Of(query.Words ?? "", index.Text.Generation);
        var (found, hasMore) = meaning is null
            ? ByText(index, asked, isMatch, size, after, few)
            : Page(HybridSearch.Run(index, asked, meaning, isMatch, few), size, after);
        return new AgentPage([.. found.Select(match => match.Entry.Record)], hasMore ? MakeToken(found[^1], mode, binding) : null, revision)
        {
            Matches = [.. found.Select(match => Explain(match, asked, meaning))],
        };
    }

    /// <summary>All agents that have at least one of the words, unranked.</summary>
    /// <inheritdoc cref="Run"/>
    public static IEnumerable<AgentEntry> FindAll(TenantIndex index, AgentQuery query, Func<AgentEntry, bool> isMatch)
    {
        Check(query);
        var texts = index.Text.Generation;
        return TextSearch.FindAll(texts, TextQuery.Of(query.Words!, texts), isMatch).DistinctBy(entry => entry.Record.Id);
    }

    /// <summary>The text, where it is short enough.</summary>
    public static string Checked(string text, string field) => text.Length <= AgentQuery.MaxWords
        ? text
        : throw RegistryException.Invalid(field, $"has {text.Length:N0} characters; it can have up to {AgentQuery.MaxWords:N0}");

    /// <summary>What the page that a token is of went by; null where there is no token.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the token.</exception>
    public static AgentSearchMode? ModeOf(string? token, string binding) => ReadToken(token, binding)?.Mode;

    private static void Check(AgentQuery query) => Checked(query.Words ?? "", "q");

    private static (IReadOnlyList<RankedMatch> Found, bool HasMore) ByText(
        TenantIndex index,
        TextQuery asked,
        Func<AgentEntry, bool> isMatch,
        int size,
        (float Score, string Id)? after,
        IReadOnlyList<AgentSlot>? few)
    {
        var found = TextSearch.Run(index.Text.Generation, asked, isMatch, size, after, few);
        return ([.. found.Best.Select(match => new RankedMatch(match.Entry, match.Score, match.Score, null, null))], found.HasMore);
    }

    private static (IReadOnlyList<RankedMatch> Found, bool HasMore) Page(
        IReadOnlyList<RankedMatch> all, int size, (float Score, string Id)? after)
    {
        var rest = after is { } last
            ? all.Where(match => match.Score < last.Score || (match.Score == last.Score && string.CompareOrdinal(match.Id, last.Id) > 0))
            : all;
        var found = rest.Take(size + 1).ToList();
        return (found[..Math.Min(size, found.Count)], found.Count > size);
    }

    private static AgentMatch Explain(RankedMatch match, TextQuery asked, MeaningQuery? meaning) =>
        new(match.Id, match.Score, meaning is { WithText: false } ? [] : Highlights.Of(match.Entry.Record, asked))
        {
            TextScore = match.Text,
            MeaningScore = match.Meaning,
            MeaningField = match.Field,
        };

    /// <summary>The mode is in it, as scores of another one are no places in this one's order.</summary>
    private static string MakeToken(RankedMatch last, AgentSearchMode mode, string binding) => PageToken.Make(
        string.Create(CultureInfo.InvariantCulture, $"{mode.ToName()}{Separator}{last.Score:R}{Separator}{last.Id}"), binding);

    private static (AgentSearchMode Mode, (float Score, string Id) Last)? ReadToken(string? token, string binding)
    {
        if (PageToken.Read(token, binding) is not { } key)
        {
            return null;
        }

        return key.Split(Separator, 3) is [var name, var number, var id]
            && AgentSearchModes.TryParse(name) is { } mode
            && float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            ? (mode, (score, id))
            : throw RegistryException.Invalid("page_token", "is not one that this registry gave for this query; leave it out to start over");
    }
}
