namespace OrleansRegistry.Tasks;

/// <summary>
/// Collects one page of a list until it has as many items as were asked for, or as many bytes as one answer carries. A page has one item at least, or
/// one that is left out.
/// </summary>
/// <param name="items">The most items.</param>
/// <param name="bytes">The most bytes.</param>
internal sealed class AnswerBudget<T>(int items, long bytes)
{
    /// <summary>How many records are asked of the store at first: their sizes are not known.</summary>
    private const int FirstLook = 25;

    private const int SmallRecord = 64 * 1024;

    private readonly List<T> taken = [];
    private int skipped;
    private long used;
    private long read;
    private long readBytes;

    public IReadOnlyList<T> Taken => taken;

    public long LeftBytes => bytes - used;

    /// <summary>How many records to ask the store for: one more than there is room for tells that there are more.</summary>
    public int Limit => readBytes <= read * SmallRecord && read > 0
        ? items - taken.Count - skipped + 1
        : (int)Math.Clamp(read == 0 ? FirstLook : LeftBytes / (readBytes / read) + 1, 1, Math.Min(FirstLook, items - taken.Count - skipped + 1));

    /// <summary>Tells of a record of the store that was read.</summary>
    public void Saw(long recordBytes)
    {
        read++;
        readBytes += recordBytes;
    }

    /// <summary>Leaves an item out that has a place on the page; false where the page is full without it.</summary>
    public bool TrySkip()
    {
        if (taken.Count + skipped == items)
        {
            return false;
        }

        skipped++;
        return true;
    }

    /// <summary>Takes an item; false where the page is full without it.</summary>
    public bool TryTake(T item, long itemBytes)
    {
        if (taken.Count + skipped == items || (taken.Count > 0 && itemBytes > LeftBytes))
        {
            return false;
        }

        taken.Add(item);
        used += itemBytes;
        return true;
    }
}
