using OrleansRegistry.Model;

namespace OrleansRegistry.Directory;

/// <summary>Answers one <see cref="AgentQuery"/> from one tenant's index.</summary>
internal sealed class AgentListing
{
    private readonly TenantIndex index;
    private readonly AgentQuery query;
    private readonly byte[] text;
    private readonly string? capability;
    private readonly HashSet<string> tags;
    private readonly HashSet<string> skills;

    private AgentListing(TenantIndex index, AgentQuery query)
    {
        this.index = index;
        query = query with
        {
            Tags = ComparedText.Of(query.Tags),
            Skills = ComparedText.Of(query.Skills),
            Category = ComparedText.Of(query.Category ?? ""),
            Capability = ComparedText.Of(query.Capability ?? ""),
            Provider = ComparedText.Of(query.Provider ?? ""),
        };
        this.query = query;
        text = SearchText.Of(query.Text ?? "");
        capability = string.IsNullOrEmpty(query.Capability) ? null : AgentCard.CapabilityName(query.Capability);
        (tags, skills) = (new HashSet<string>(query.Tags, StringComparer.Ordinal), new HashSet<string>(query.Skills, StringComparer.Ordinal));
    }

    public static AgentPage Run(TenantIndex index, AgentQuery query, long revision)
    {
        if (query.PageSize is < 1 or > AgentQuery.MaxPageSize)
        {
            throw RegistryException.Invalid("page_size", $"must be 1 to {AgentQuery.MaxPageSize}");
        }

        AgentQuery.CheckValues(query.Tags, "tags");
        AgentQuery.CheckValues(query.Skills, "skills");
        var binding = Binding(query);
        var after = PageToken.Read(query.PageToken, binding);
        var size = query.PageSize ?? int.MaxValue;
        var found = new List<AgentRecord>(Math.Min(size, 128));
        foreach (var agent in new AgentListing(index, query).Matches(after))
        {
            if (found.Count == size)
            {
                return new AgentPage(found, PageToken.Make(found[^1].Id, binding), revision);
            }

            found.Add(agent);
        }

        return new AgentPage(found, null, revision);
    }

    private static string Binding(AgentQuery query) => string.Join(
        '\u0001',
        ["agents", query.Text, query.Category, query.Capability, query.Provider, query.Enabled?.ToString(), "\u0002", .. query.Tags, "\u0002", .. query.Skills]);

    private IEnumerable<AgentRecord> Matches(string? after)
    {
        foreach (var slot in Candidates(after))
        {
            if (slot.Entry is { } entry && IsMatch(entry))
            {
                yield return entry.Record;
            }
        }
    }

    /// <summary>A superset of the matches, in order: the smallest that one filter gives.</summary>
    private IEnumerable<AgentSlot> Candidates(string? after)
    {
        SortedSlots?[] smallest = [index.All];
        Narrow(ref smallest, index.Tags, query.Tags);
        Narrow(ref smallest, index.Skills, query.Skills);
        Narrow(ref smallest, index.Categories, string.IsNullOrEmpty(query.Category) ? [] : [query.Category]);
        Narrow(ref smallest, index.Capabilities, capability is null ? [] : [capability]);
        Narrow(ref smallest, index.Providers, string.IsNullOrEmpty(query.Provider) ? [] : [query.Provider]);
        return Union([.. smallest.OfType<SortedSlots>()], after);
    }

    private static void Narrow(ref SortedSlots?[] smallest, Facet facet, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            SortedSlots?[] found = [.. values.Distinct().Select(facet.Find)];
            if (found.Sum(slots => slots?.Count ?? 0) < smallest.Sum(slots => slots?.Count ?? 0))
            {
                smallest = found;
            }
        }
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

    private bool IsMatch(AgentEntry entry) =>
        (query.Enabled is not { } enabled || entry.Record.Enabled == enabled)
        && (text.Length == 0 || entry.SearchText.Span.IndexOf(text) >= 0)
        && HasAny(entry.Tags, tags)
        && HasAny(entry.Skills, skills)
        && (string.IsNullOrEmpty(query.Category) || entry.Categories.Contains(query.Category))
        && (capability is null || entry.Capabilities.Contains(capability))
        && (string.IsNullOrEmpty(query.Provider) || entry.Providers.Contains(query.Provider, StringComparer.OrdinalIgnoreCase));

    private static bool HasAny(IReadOnlyList<string> has, HashSet<string> wanted)
    {
        if (wanted.Count == 0)
        {
            return true;
        }

        for (var i = 0; i < has.Count; i++)
        {
            if (wanted.Contains(has[i]))
            {
                return true;
            }
        }

        return false;
    }
}
