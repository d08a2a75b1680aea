namespace OrleansRegistry.Storage;

/// <summary>Makes pages of what an index finds, without holding its lock for long.</summary>
internal static class IndexPages
{
    /// <summary>The most entries looked at under one hold of the lock.</summary>
    private const int MaxHold = 2_048;

    /// <summary>The next hits in order, behind <paramref name="start"/> and up to <paramref name="end"/>; fewer than the limit only where there are no more.</summary>
    /// <param name="gate">The index's lock.</param>
    /// <param name="choose">The smallest group that holds all that match; null for none. Called, as <paramref name="matches"/>, under the lock.</param>
    public static List<IndexHit> Read<T>(
        Lock gate, Func<EntryGroup<T>?> choose, Func<T, bool> matches, uint lanes, IndexPosition? start, IndexPosition? end, bool ascending, int limit)
        where T : IndexEntry
    {
        var hits = new List<IndexHit>(Math.Min(limit, 128));
        for (var more = true; more;)
        {
            lock (gate)
            {
                (more, start) = Step(choose(), matches, lanes, start, end, ascending, limit, hits);
            }
        }

        return hits;
    }

    private static (bool More, IndexPosition? Reached) Step<T>(
        EntryGroup<T>? group, Func<T, bool> matches, uint lanes, IndexPosition? start, IndexPosition? end, bool ascending, int limit, List<IndexHit> hits)
        where T : IndexEntry
    {
        var looked = 0;
        foreach (var entry in group?.Walk(start, ascending, lanes) ?? [])
        {
            if (end is { } last && (ascending ? last.CompareEntry(entry) >= 0 : last.CompareEntry(entry) <= 0))
            {
                return (false, start);
            }

            start = new IndexPosition(entry.At, entry.Key);
            if (matches(entry))
            {
                hits.Add(new IndexHit(entry.Key, entry.Version, entry.At));
            }

            if (hits.Count == limit)
            {
                return (false, start);
            }

            if (++looked == MaxHold)
            {
                return (true, start);
            }
        }

        return (false, start);
    }
}
