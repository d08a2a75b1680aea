using System.Runtime.InteropServices;

namespace OrleansRegistry.Storage;

/// <summary>
/// The recent changes of agents, in commit order and without a gap, for any number of readers at their own pace.
/// One writer at a time publishes; it never waits for a reader.
/// </summary>
internal sealed class ChangeLog(ChangeLogLimits limits)
{
    private readonly Lock gate = new();
    private RecordChange[] ring = new RecordChange[Math.Min(256, limits.MaxChanges)];
    private int first;
    private int count;
    private long bytes;
    private long revision;

    /// <summary>All changes after this revision are held.</summary>
    private long floor;
    private TaskCompletionSource? arrival;
    private Func<Exception>? closed;

    /// <summary>The revision of the newest change, published or from before the start.</summary>
    public long Revision => Volatile.Read(ref revision);

    /// <summary>Sets where the feed begins: all changes after <paramref name="current"/> will be published.</summary>
    public void Start(long current)
    {
        floor = current;
        Volatile.Write(ref revision, current);
    }

    /// <summary>Appends changes, whose revisions ascend, and wakes the readers once.</summary>
    public void Publish(ReadOnlySpan<RecordChange> changes)
    {
        if (changes.IsEmpty)
        {
            return;
        }

        TaskCompletionSource? waiting;
        lock (gate)
        {
            foreach (ref readonly var change in changes)
            {
                Append(change);
            }

            Volatile.Write(ref revision, changes[^1].Revision);
            waiting = arrival;
            arrival = null;
        }

        waiting?.SetResult();
    }

    /// <summary>What <see cref="IRecordStore.ReadChangesAsync"/> promises.</summary>
    public async ValueTask<ChangeBatch> ReadAsync(long after, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task next;
            lock (gate)
            {
                if (closed is not null)
                {
                    throw closed();
                }

                if (after < revision)
                {
                    return Take(after);
                }

                arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = arrival.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the feed: readers, waiting and coming, get <paramref name="reason"/>.</summary>
    public void Close(Func<Exception> reason)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            closed = reason;
            waiting = arrival;
            arrival = null;
        }

        waiting?.SetResult();
    }

    private ChangeBatch Take(long after)
    {
        if (after < floor)
        {
            throw new RevisionCompactedException(after, floor);
        }

        var skipped = CountUpTo(after);
        var taken = new RecordChange[Math.Min(count - skipped, limits.MaxBatch)];
        for (var i = 0; i < taken.Length; i++)
        {
            taken[i] = ring[(first + skipped + i) % ring.Length];
        }

        return new ChangeBatch(ImmutableCollectionsMarshal.AsImmutableArray(taken));
    }

    /// <summary>How many of the changes held are not newer than a revision. Revisions may leave out numbers: an import keeps those it brings.</summary>
    private int CountUpTo(long after)
    {
        var low = 0;
        for (var high = count; low < high;)
        {
            var middle = (low + high) / 2;
            if (ring[(first + middle) % ring.Length].Revision <= after)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Append(in RecordChange change)
    {
        var size = Size(change);
        while (count > 0 && (count == limits.MaxChanges || bytes + size > limits.MaxBytes))
        {
            bytes -= Size(ring[first]);
            floor = ring[first].Revision;
            ring[first] = default;
            first = (first + 1) % ring.Length;
            count--;
        }

        if (count == ring.Length)
        {
            Grow();
        }

        ring[(first + count) % ring.Length] = change;
        count++;
        bytes += size;
    }

    private void Grow()
    {
        var larger = new RecordChange[Math.Min(ring.Length * 2, limits.MaxChanges)];
        for (var i = 0; i < count; i++)
        {
            larger[i] = ring[(first + i) % ring.Length];
        }

        ring = larger;
        first = 0;
    }

    private static long Size(in RecordChange change) =>
        64 + (2L * change.Key.Id.Length) + (change.Body is { } body ? body.Document.Length + body.Fields.Length : 0);
}
