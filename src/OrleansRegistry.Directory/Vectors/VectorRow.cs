namespace OrleansRegistry.Directory;

/// <summary>A vector, and the places of the agents that have it. One writer; readers take no locks.</summary>
/// <param name="text">Stands for what it was made of.</param>
/// <param name="values">Of length 1.</param>
internal sealed class VectorRow(TextHash text, float[] values)
{
    private const int FewStale = 8;

    private volatile int[] places = [];
    private volatile int count;

    public TextHash Text => text;

    public float[] Values => values;

    /// <summary>How many agents have it.</summary>
    public int Users { get; private set; }

    /// <summary>Of agents that have it or had it; one may be there twice.</summary>
    public ReadOnlySpan<int> Places
    {
        get
        {
            var known = count;
            var now = places;
            return now.AsSpan(0, Math.Min(known, now.Length));
        }
    }

    public void Enter(int place)
    {
        if (count == places.Length)
        {
            var larger = new int[Math.Max(1, count * 2)];
            places.CopyTo(larger, 0);
            places = larger;
        }

        places[count] = place;
        count++;
        Users++;
    }

    /// <param name="has">Whether the agent at a place has it.</param>
    public void Leave(Func<int, bool> has)
    {
        Users--;
        if (count > FewStale && count > Users * 2)
        {
            int[] fresh = [.. Places.ToArray().Distinct().Where(has)];
            places = fresh;
            count = fresh.Length;
        }
    }
}
