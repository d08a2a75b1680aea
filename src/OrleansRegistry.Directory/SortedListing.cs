using System.Globalization;
using System.Text;

namespace OrleansRegistry.Directory;

/// <summary>
/// Orders what a query finds by something else than the id. There is no index of any order: each agent is looked at, and those of the page are kept.
/// </summary>
internal static class SortedListing
{
    private const char Separator = '\u0001';

    /// <param name="found">The agents of the query, in any order.</param>
    /// <param name="binding">The query without its page.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: the page token.</exception>
    public static AgentPage Run(
        IEnumerable<AgentEntry> found, AgentQuery query, AgentSort sort, long revision, string binding, IAgentActivities? activities)
    {
        var order = new SortOrder(sort);
        var after = ReadToken(query.PageToken, binding);
        var size = query.PageSize ?? int.MaxValue - 1;

        // The last of those that are kept comes first.
        var kept = new PriorityQueue<AgentEntry, SortKey>(Comparer<SortKey>.Create((x, y) => order.Compare(y, x)));
        foreach (var entry in found)
        {
            var key = SortKey.Of(entry, sort.By, activities);
            if (after is { } last && order.Compare(key, last) <= 0)
            {
                continue;
            }

            if (kept.Count <= size)
            {
                kept.Enqueue(entry, key);
            }
            else
            {
                kept.EnqueueDequeue(entry, key);
            }
        }

        var hasMore = kept.Count > size;
        if (hasMore)
        {
            kept.Dequeue();
        }

        var page = new AgentRecord[kept.Count];
        SortKey? end = null;
        for (var i = page.Length - 1; i >= 0; i--)
        {
            kept.TryDequeue(out var entry, out var key);
            page[i] = entry!.Record;
            end ??= key;
        }

        return new AgentPage(page, hasMore ? MakeToken(end!.Value, binding) : null, revision);
    }

    private static string MakeToken(SortKey last, string binding) =>
        PageToken.Make(string.Create(CultureInfo.InvariantCulture, $"{last.Number}{Separator}{last.Id}{Separator}{last.Text}"), binding);

    private static SortKey? ReadToken(string? token, string binding)
    {
        if (PageToken.Read(token, binding) is not { } key)
        {
            return null;
        }

        // A name may have any character, an id not this one.
        return key.Split(Separator, 3) is [var number, var id, var name]
            && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? new SortKey(value, Encoding.UTF8.GetBytes(name), id)
                : throw RegistryException.Invalid("page_token", "is not one that this registry gave for this query; leave it out to start over");
    }

    private sealed class SortOrder(AgentSort sort) : IComparer<SortKey>
    {
        public int Compare(SortKey x, SortKey y)
        {
            var order = x.Number.CompareTo(y.Number);
            order = order != 0 ? order : x.Name.Span.SequenceCompareTo(y.Name.Span);
            if (order != 0)
            {
                return sort.IsDescending ? -order : order;
            }

            order = string.CompareOrdinal(x.Id, y.Id);
            return sort is { By: AgentSortKey.Id, IsDescending: true } ? -order : order;
        }
    }
}
