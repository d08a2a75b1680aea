using System.Collections.Immutable;

namespace OrleansRegistry.Storage.Files;

/// <summary>The segments of the log, oldest first; the last is the one being written. Changed in one step, read by anybody.</summary>
internal sealed class SegmentList(IEnumerable<Segment> segments)
{
    private ImmutableArray<Segment> current = [.. segments];

    public ImmutableArray<Segment> Current => current;

    // By way of a copy: the length and the last item of the field itself may be those of two lists.
    public Segment Active => Current[^1];

    public void Add(Segment active) => ImmutableInterlocked.Update(ref current, (list, added) => list.Add(added), active);

    /// <summary>Puts <paramref name="compacted"/> in the place of the <paramref name="count"/> oldest.</summary>
    public void ReplaceOldest(int count, Segment compacted) =>
        ImmutableInterlocked.Update(ref current, (list, change) => list.RemoveRange(0, change.count).Insert(0, change.compacted), (count, compacted));

    /// <summary>The segments as they are now, each held open until the caller releases it.</summary>
    public ImmutableArray<Segment> Acquire()
    {
        while (true)
        {
            var list = current;
            var held = list.TakeWhile(segment => segment.TryAcquire()).ToArray();
            if (held.Length == list.Length)
            {
                return list;
            }

            Array.ForEach(held, segment => segment.Release());
        }
    }

    public void RetireAll()
    {
        foreach (var segment in ImmutableInterlocked.InterlockedExchange(ref current, []))
        {
            segment.Retire();
        }
    }
}
