namespace OrleansRegistry.Storage;

/// <summary>
/// The entries that have something in common (their context, their owner), in the order of lists. A large group keeps each lane in a run
/// of its own, so that one lane is walked and counted alone; a small one, as most contexts are, is one short array. Not thread-safe.
/// </summary>
/// <param name="name">What they have in common.</param>
internal sealed class EntryGroup<T>(string name)
    where T : IndexEntry
{
    public const int MaxLanes = 9;

    /// <summary>All lanes.</summary>
    public const uint AnyLane = (1u << MaxLanes) - 1;

    private const int MaxSmall = 32;

    private T[] small = new T[1];
    private SortedRun<T>?[]? lanes;

    public string Name { get; } = name;

    public int Count { get; private set; }

    public void Add(T entry)
    {
        if (lanes is null && Count == MaxSmall)
        {
            Grow();
        }

        if (lanes is not null)
        {
            (lanes[entry.Lane] ??= new SortedRun<T>()).Add(entry);
        }
        else
        {
            if (Count == small.Length)
            {
                Array.Resize(ref small, Count * 2);
            }

            var place = Count;
            for (; place > 0 && small[place - 1].OrderTo(entry) > 0; place--)
            {
                small[place] = small[place - 1];
            }

            small[place] = entry;
        }

        Count++;
    }

    /// <summary>Removes an entry that is there.</summary>
    public void Remove(T entry)
    {
        if (lanes is not null)
        {
            lanes[entry.Lane]!.Remove(entry);
        }
        else
        {
            var place = Array.IndexOf(small, entry, 0, Count);
            Array.Copy(small, place + 1, small, place, Count - place - 1);
            small[Count - 1] = null!;
        }

        Count--;
    }

    /// <summary>How many entries of a lane lie behind <paramref name="from"/> and before <paramref name="to"/>; null sets no bound.</summary>
    public int CountLane(int lane, IndexPosition? from = null, IndexPosition? to = null) => lanes is not null
        ? lanes[lane]?.CountBetween(from, to) ?? 0
        : small.Take(Count).Count(entry =>
            entry.Lane == lane && (from is not { } first || first.CompareEntry(entry) > 0) && (to is not { } end || end.CompareEntry(entry) < 0));

    /// <summary>As <see cref="SortedRun{T}.Walk"/>, of the lanes whose bits are set.</summary>
    public IEnumerable<T> Walk(IndexPosition? start, bool ascending, uint chosen)
    {
        if (lanes is null)
        {
            return WalkSmall(start, ascending, chosen);
        }

        var walks = new List<IEnumerator<T>>();
        for (var lane = 0; lane < MaxLanes; lane++)
        {
            if ((chosen & (1u << lane)) != 0 && lanes[lane] is { } run)
            {
                walks.Add(run.Walk(start, ascending).GetEnumerator());
            }
        }

        return Merge(walks, ascending);
    }

    private IEnumerable<T> WalkSmall(IndexPosition? start, bool ascending, uint chosen)
    {
        for (var i = 0; i < Count; i++)
        {
            var entry = small[ascending ? i : Count - 1 - i];
            var beyond = start?.CompareEntry(entry) ?? 0;
            if ((chosen & (1u << entry.Lane)) != 0 && (start is null || (ascending ? beyond > 0 : beyond < 0)))
            {
                yield return entry;
            }
        }
    }

    private static IEnumerable<T> Merge(List<IEnumerator<T>> walks, bool ascending)
    {
        walks.RemoveAll(walk => !walk.MoveNext());
        while (walks.Count > 0)
        {
            var next = 0;
            for (var i = 1; i < walks.Count; i++)
            {
                var order = walks[i].Current.OrderTo(walks[next].Current);
                next = (ascending ? order < 0 : order > 0) ? i : next;
            }

            yield return walks[next].Current;
            if (!walks[next].MoveNext())
            {
                walks.RemoveAt(next);
            }
        }
    }

    private void Grow()
    {
        lanes = new SortedRun<T>?[MaxLanes];
        foreach (var entry in small.AsSpan(0, Count))
        {
            (lanes[entry.Lane] ??= new SortedRun<T>()).Add(entry);
        }

        small = [];
    }
}
