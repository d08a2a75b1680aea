using System.Globalization;
using System.Runtime.InteropServices;

namespace OrleansRegistry.Directory;

/// <summary>Answers one <see cref="AgentQuery"/> from one tenant's index.</summary>
internal sealed class AgentListing
{
    /// <summary>Fewer are looked at one by one.</summary>
    private const int FewCandidates = 4_000;

    /// <summary>Of more, a ranked search looks at all agents that have its words, and at what is near in meaning.</summary>
    private const int FewRanked = 20_000;

    private static readonly TenantIndex Nowhere = new();

    private readonly TenantIndex index;
    private readonly byte[] text;
    private readonly FieldFilter[] filters;
    private readonly AgentViewer? viewer;

    private AgentListing(TenantIndex index, AgentQuery query, AgentViewer? viewer)
    {
        this.index = index;
        this.viewer = viewer;
        text = SearchText.Of(query.Text ?? "");
        filters = FieldFilter.Of(query);
    }

    /// <summary>Tells of any agent whether the query finds it. Its words, which rank, and its page are none of that.</summary>
    /// <param name="viewer">Who asks, and finds nothing that it does not see; null: it sees all.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a filter has too many values, or one that there is not; or the query has a
    /// vector.</exception>
    public static Func<AgentEntry, bool> MatcherOf(AgentQuery query, AgentViewer? viewer = null) =>
        new AgentListing(Nowhere, WithoutVector(query), viewer).IsMatch;

    /// <summary>What the page of a query's token went by; null where there is no token, or it is of another order.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the token, or a filter.</exception>
    public static AgentSearchMode? ModeOf(AgentQuery query) => query.Sort is null or { By: AgentSortKey.Relevance }
        ? RankedListing.ModeOf(query.PageToken, new AgentListing(Nowhere, query, viewer: null).Binding(query))
        : null;

    /// <summary>The query without its page, as a page token remembers it.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a filter.</exception>
    public static string BindingOf(AgentQuery query) => new AgentListing(Nowhere, query, viewer: null).Binding(query);

    /// <summary>Every agent that a query finds, once, whatever its page; of one with words, those that have at least one of them.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a filter, or the words.</exception>
    /// <param name="viewer">As of <see cref="MatcherOf"/>.</param>
    public static IEnumerable<AgentEntry> All(TenantIndex index, AgentQuery query, AgentViewer? viewer = null) =>
        new AgentListing(index, WithoutVector(query), viewer).Found(query);

    /// <param name="meaning">What a ranked search goes by beside words; null for nothing.</param>
    /// <param name="viewer">As of <see cref="MatcherOf"/>.</param>
    public static AgentPage Run(
        TenantIndex index,
        AgentQuery query,
        long revision,
        IAgentActivities? activities = null,
        MeaningQuery? meaning = null,
        AgentViewer? viewer = null)
    {
        if (query.PageSize is { } asked)
        {
            PageLimit.Agents.Check(asked);
        }

        var listing = new AgentListing(index, query, viewer);
        var binding = listing.Binding(query);
        var sort = query.Sort ?? new AgentSort(string.IsNullOrEmpty(query.Words) ? AgentSortKey.Id : AgentSortKey.Relevance);
        if (sort.By == AgentSortKey.Relevance)
        {
            return string.IsNullOrEmpty(query.Words) && meaning is null
                ? throw RegistryException.Invalid("sort", "by relevance needs q, the words to rank by")
                : RankedListing.Run(index, query, revision, listing.IsMatch, binding, meaning, listing.Few());
        }

        if (sort != default || !string.IsNullOrEmpty(query.Words))
        {
            return SortedListing.Run(listing.Found(query), query, sort, revision, binding, activities);
        }

        var after = PageToken.Read(query.PageToken, binding);
        var size = query.PageSize ?? int.MaxValue;
        var found = new List<AgentRecord>(Math.Min(size, 128));
        foreach (var entry in listing.Matches(after, size))
        {
            if (found.Count == size)
            {
                return new AgentPage(found, PageToken.Make(found[^1].Id, binding), revision);
            }

            found.Add(entry.Record);
        }

        return new AgentPage(found, null, revision);
    }

    private IEnumerable<AgentEntry> Found(AgentQuery query) =>
        string.IsNullOrEmpty(query.Words) ? Matches(after: null, int.MaxValue) : RankedListing.FindAll(index, query, IsMatch);

    /// <summary>The query without its page, as a page token remembers it.</summary>
    private string Binding(AgentQuery query) => string.Join(
        '\u0001',
        ["agents", query.Text, query.Enabled?.ToString(), .. Of(query.Delivery), .. Of(query.Words),
            .. FieldFilter.Binding(query, filters), .. Of(query.Sort), .. Of(query.Search), .. Of(query.Vector), .. Of(query.Threshold)]);

    private static AgentQuery WithoutVector(AgentQuery query) => query.Vector is null
        ? query
        : throw RegistryException.Invalid("vector", "ranks agents: lists and searches take it alone");

    /// <summary>None without that filter, so that tokens from before it go on.</summary>
    private static string[] Of(AgentDelivery? delivery) => delivery is { } wanted ? ["delivery", wanted.ToName()] : [];

    private static string[] Of(AgentSearchMode? search) => search is { } wanted ? ["search", wanted.ToName()] : [];

    private static string[] Of(AgentQueryVector? vector) => vector is null
        ? []
        : ["vector", vector.Model ?? "", TextHash.Of(MemoryMarshal.AsBytes(vector.Values.Span)).ToString()];

    private static string[] Of(double? threshold) =>
        threshold is { } least ? ["threshold", least.ToString("R", CultureInfo.InvariantCulture)] : [];

    private static string[] Of(AgentSort? sort) => sort is { } wanted ? ["sort", wanted.ToString()] : [];

    private static string[] Of(string? words) => string.IsNullOrEmpty(words) ? [] : ["q", words];

    private IEnumerable<AgentEntry> Matches(string? after, int wanted)
    {
        var smallest = Candidates();
        return (smallest.Sum(slots => slots.Count) > FewCandidates ? SubstringSearch.Find(index.Text, text, IsMatch, after, wanted) : null)
            ?? Union(smallest, after).Select(slot => slot.Entry).OfType<AgentEntry>().Where(IsMatch);
    }

    /// <summary>A superset of the matches where a filter leaves so few that a ranked search need not look at others; else null.</summary>
    private IReadOnlyList<AgentSlot>? Few()
    {
        var smallest = Candidates();
        var count = smallest.Sum(slots => slots.Count);
        return count <= FewRanked && count < index.All.Count / 4 ? [.. smallest.SelectMany(slots => slots.After(null)).Distinct()] : null;
    }

    /// <summary>A superset of the matches: the smallest that one filter gives.</summary>
    private SortedSlots[] Candidates()
    {
        SortedSlots[] smallest = [index.All];
        foreach (var filter in filters)
        {
            if (filter.Candidates(index) is { } found && found.Sum(slots => slots.Count) < smallest.Sum(slots => slots.Count))
            {
                smallest = found;
            }
        }

        return smallest;
    }

    /// <summary>Merges ordered lists into one ordered list without repeats.</summary>
    private static IEnumerable<AgentSlot> Union(SortedSlots[] lists, string? after)
    {
        if (lists.Length == 1)
        {
            foreach (var slot in lists[0].After(after))
            {
                yield return slot;
            }

            yield break;
        }

        var heads = new PriorityQueue<IEnumerator<AgentSlot>, string>(StringComparer.Ordinal);
        foreach (var list in lists)
        {
            Advance(list.After(after).GetEnumerator());
        }

        AgentSlot? last = null;
        while (heads.TryDequeue(out var head, out _))
        {
            if (head.Current != last)
            {
                last = head.Current;
                yield return last;
            }

            Advance(head);
        }

        void Advance(IEnumerator<AgentSlot> head)
        {
            if (head.MoveNext())
            {
                heads.Enqueue(head, head.Current.Id);
            }
        }
    }

    private bool IsMatch(AgentEntry entry)
    {
        if (viewer?.Sees(entry.Record) == false)
        {
            return false;
        }

        foreach (var filter in filters)
        {
            if (!filter.Admits(entry))
            {
                return false;
            }
        }

        return text.Length == 0 || entry.SearchText.Span.IndexOf(text) >= 0;
    }
}
