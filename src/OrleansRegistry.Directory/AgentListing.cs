namespace OrleansRegistry.Directory;

/// <summary>Answers one <see cref="AgentQuery"/> from one tenant's index.</summary>
internal sealed class AgentListing
{
    /// <summary>Fewer are looked at one by one.</summary>
    private const int FewCandidates = 4_000;

    private static readonly TenantIndex Nowhere = new();

    private readonly TenantIndex index;
    private readonly byte[] text;
    private readonly FieldFilter[] filters;

    private AgentListing(TenantIndex index, AgentQuery query)
    {
        this.index = index;
        text = SearchText.Of(query.Text ?? "");
        filters = FieldFilter.Of(query);
    }

    /// <summary>Tells of any agent whether the query finds it. Its words, which rank, and its page are none of that.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a filter has too many values, or one that there is not.</exception>
    public static Func<AgentEntry, bool> MatcherOf(AgentQuery query) => new AgentListing(Nowhere, query).IsMatch;

    public static AgentPage Run(TenantIndex index, AgentQuery query, long revision)
    {
        if (query.PageSize is { } asked)
        {
            PageLimit.Agents.Check(asked);
        }

        var listing = new AgentListing(index, query);
        var binding = listing.Binding(query);
        if (!string.IsNullOrEmpty(query.Words))
        {
            return RankedListing.Run(index, query, revision, listing.IsMatch, binding);
        }

        var after = PageToken.Read(query.PageToken, binding);
        var size = query.PageSize ?? int.MaxValue;
        var found = new List<AgentRecord>(Math.Min(size, 128));
        foreach (var agent in listing.Matches(after, size))
        {
            if (found.Count == size)
            {
                return new AgentPage(found, PageToken.Make(found[^1].Id, binding), revision);
            }

            found.Add(agent);
        }

        return new AgentPage(found, null, revision);
    }

    /// <summary>The query without its page, as a page token remembers it.</summary>
    private string Binding(AgentQuery query) => string.Join(
        '\u0001',
        ["agents", query.Text, query.Enabled?.ToString(), .. Of(query.Delivery), .. Of(query.Words),
            .. FieldFilter.Binding(query, filters)]);

    /// <summary>None without that filter, so that tokens from before it go on.</summary>
    private static string[] Of(AgentDelivery? delivery) => delivery is { } wanted ? ["delivery", wanted.ToName()] : [];

    private static string[] Of(string? words) => string.IsNullOrEmpty(words) ? [] : ["q", words];

    private IEnumerable<AgentRecord> Matches(string? after, int wanted)
    {
        var smallest = Candidates();
        return (smallest.Sum(slots => slots.Count) > FewCandidates ? SubstringSearch.Find(index.Text, text, IsMatch, after, wanted) : null)
            ?.Select(entry => entry.Record)
            ?? Union(smallest, after).Select(slot => slot.Entry).OfType<AgentEntry>().Where(IsMatch).Select(entry => entry.Record);
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
