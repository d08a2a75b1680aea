namespace OrleansRegistry.Storage;

/// <summary>
/// Entries in their order, in chunks of a few hundred: O(log n) to find, to add and to remove, and some 10 bytes an entry. An entry that is
/// the last, as the newest mostly are, is added in no time. Not thread-safe.
/// </summary>
internal sealed class SortedRun<T>
    where T : IndexEntry
{
    private const int MaxChunk = 256;

    private readonly List<Chunk> chunks = [];

    public int Count { get; private set; }

    public void Add(T entry)
    {
        var place = chunks.Count == 0 || chunks[^1].Last.OrderTo(entry) < 0 ? chunks.Count - 1 : ChunkOf(entry);
        if (place < 0)
        {
            chunks.Add(new Chunk(entry));
        }
        else if (!chunks[place].IsFull)
        {
            chunks[place].Insert(entry);
        }
        else if (place == chunks.Count - 1 && chunks[place].Last.OrderTo(entry) < 0)
        {
            // Full chunks that only ever grow at the end are not halved, so that they stay full.
            chunks.Add(new Chunk(entry));
        }
        else
        {
            chunks.Insert(place + 1, chunks[place].Split());
            chunks[chunks[place].Last.OrderTo(entry) < 0 ? place + 1 : place].Insert(entry);
        }

        Count++;
    }

    /// <summary>Removes an entry that is there.</summary>
    public void Remove(T entry)
    {
        var place = ChunkOf(entry);
        chunks[place].Remove(entry);
        Count--;
        if (chunks[place].Count == 0)
        {
            chunks.RemoveAt(place);
        }
        else if (place + 1 < chunks.Count && chunks[place].Count + chunks[place + 1].Count <= MaxChunk / 2)
        {
            chunks[place].Append(chunks[place + 1]);
            chunks.RemoveAt(place + 1);
        }
    }

    /// <summary>The entries behind <paramref name="start"/> (null: all) in their order; descending: those before it, from the last. Ends where the run changes.</summary>
    public IEnumerable<T> Walk(IndexPosition? start, bool ascending)
    {
        var (chunk, item) = Seek(start, ascending);
        if (ascending)
        {
            for (; chunk < chunks.Count; chunk++, item = 0)
            {
                for (; item < chunks[chunk].Count; item++)
                {
                    yield return chunks[chunk][item];
                }
            }
        }
        else
        {
            for (; chunk >= 0; chunk--, item = chunk >= 0 ? chunks[chunk].Count - 1 : 0)
            {
                for (; item >= 0; item--)
                {
                    yield return chunks[chunk][item];
                }
            }
        }
    }

    /// <summary>How many entries lie behind <paramref name="from"/> and before <paramref name="to"/>; null sets no bound.</summary>
    public int CountBetween(IndexPosition? from, IndexPosition? to)
    {
        var (first, last) = (from is null ? 0 : Rank(Seek(from, ascending: true)), to is null ? Count : Rank(Seek(to, ascending: false)) + 1);
        return Math.Max(0, last - first);
    }

    private int Rank((int Chunk, int Item) place)
    {
        var rank = place.Item;
        for (var i = 0; i < place.Chunk; i++)
        {
            rank += chunks[i].Count;
        }

        return place.Chunk < 0 ? -1 : rank;
    }

    /// <summary>The first entry behind a place, or, descending, the last before it.</summary>
    private (int Chunk, int Item) Seek(IndexPosition? start, bool ascending)
    {
        if (start is not { } place)
        {
            return ascending ? (0, 0) : (chunks.Count - 1, chunks.Count == 0 ? 0 : chunks[^1].Count - 1);
        }

        if (ascending)
        {
            var chunk = FirstChunk(last => place.CompareEntry(last) > 0);
            return (chunk, chunk == chunks.Count ? 0 : chunks[chunk].First(entry => place.CompareEntry(entry) > 0));
        }
        else
        {
            var chunk = FirstChunk(last => place.CompareEntry(last) >= 0);
            var item = chunk == chunks.Count ? 0 : chunks[chunk].First(entry => place.CompareEntry(entry) >= 0);
            return item > 0 ? (chunk, item - 1) : (chunk - 1, chunk > 0 ? chunks[chunk - 1].Count - 1 : 0);
        }
    }

    /// <summary>The chunk that holds the entry, or that it belongs into.</summary>
    private int ChunkOf(T entry) => Math.Min(FirstChunk(last => last.OrderTo(entry) >= 0), chunks.Count - 1);

    private int FirstChunk(Func<T, bool> reached)
    {
        var (low, high) = (0, chunks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = reached(chunks[middle].Last) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private sealed class Chunk
    {
        private T[] items;

        public Chunk(T first) => (items, Count) = ([first], 1);

        private Chunk(T[] items, int count) => (this.items, Count) = (items, count);

        public int Count { get; private set; }

        public bool IsFull => Count == MaxChunk;

        public T Last => items[Count - 1];

        public T this[int place] => items[place];

        /// <summary>The first entry for which <paramref name="reached"/> holds, as it does for all after it.</summary>
        public int First(Func<T, bool> reached)
        {
            var (low, high) = (0, Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = reached(items[middle]) ? (low, middle) : (middle + 1, high);
            }

            return low;
        }

        public void Insert(T entry)
        {
            var place = Last.OrderTo(entry) < 0 ? Count : First(item => item.OrderTo(entry) >= 0);
            if (Count == items.Length)
            {
                Array.Resize(ref items, Math.Min(MaxChunk, Math.Max(4, Count * 2)));
            }

            Array.Copy(items, place, items, place + 1, Count - place);
            items[place] = entry;
            Count++;
        }

        public void Remove(T entry)
        {
            var place = First(item => item.OrderTo(entry) >= 0);
            if (place == Count || !ReferenceEquals(items[place], entry))
            {
                throw new InvalidOperationException($"The entry of '{entry.Key.Id}' is not where its order has it.");
            }

            Count--;
            Array.Copy(items, place + 1, items, place, Count - place);
            items[Count] = null!;
        }

        /// <summary>Gives the upper half away.</summary>
        public Chunk Split()
        {
            var upper = new T[MaxChunk];
            Array.Copy(items, MaxChunk / 2, upper, 0, MaxChunk / 2);
            Array.Clear(items, MaxChunk / 2, MaxChunk / 2);
            Count = MaxChunk / 2;
            return new Chunk(upper, MaxChunk / 2);
        }

        public void Append(Chunk next)
        {
            if (items.Length < Count + next.Count)
            {
                Array.Resize(ref items, MaxChunk / 2);
            }

            Array.Copy(next.items, 0, items, Count, next.Count);
            Count += next.Count;
        }
    }
}
