namespace OrleansRegistry.Directory;

/// <summary>
/// The documents that have a token, in the order of their numbers, each with how much of it. One writer appends; readers take no locks, and see what
/// was there when they came.
/// </summary>
internal sealed class Postings(string token) : ISorted
{
    /// <summary>Eight bits are left for the weight.</summary>
    public const int MaxDocument = (1 << 24) - 1;

    private const float LowestWeight = 0.25f;
    private const int StepsPerDoubling = 16;

    private static readonly float[] Decoded =
        [.. Enumerable.Range(0, 256).Select(code => LowestWeight * MathF.Pow(2, code / (float)StepsPerDoubling))];

    private volatile uint[] items = [];
    private volatile int count;

    public string Token => token;

    string ISorted.Key => token;

    /// <summary>How many documents, those that are gone included.</summary>
    public int Count => count;

    /// <summary>Each as <see cref="DocumentOf"/> and <see cref="WeightOf"/> read it.</summary>
    public ReadOnlySpan<uint> Items
    {
        get
        {
            var known = count;
            var now = items;
            return now.AsSpan(0, Math.Min(known, now.Length));
        }
    }

    /// <summary>Those of the documents from that number on.</summary>
    public ReadOnlySpan<uint> From(int document)
    {
        var all = Items;
        if (document == 0)
        {
            return all;
        }

        var place = all.BinarySearch(Item(document, LowestWeight));
        return all[(place < 0 ? ~place : place)..];
    }

    public static int DocumentOf(uint item) => (int)(item >> 8);

    public static float WeightOf(uint item) => Decoded[item & 0xFF];

    public static uint Item(int document, float weight)
    {
        var code = (int)MathF.Round(StepsPerDoubling * MathF.Log2(weight / LowestWeight));
        return ((uint)document << 8) | (uint)Math.Clamp(code, 0, 255);
    }

    /// <param name="item">Of a document with a higher number than all before.</param>
    public void Add(uint item)
    {
        if (count == items.Length)
        {
            // By half, as most of a million agents' tokens are in few documents.
            var larger = new uint[Math.Max(2, count + (count / 2) + 1)];
            items.AsSpan(0, count).CopyTo(larger);
            items = larger;
        }

        items[count] = item;
        count++;
    }

    /// <summary>Takes the place of all before, without room for more.</summary>
    public void Fill(uint[] exact)
    {
        items = exact;
        count = exact.Length;
    }
}
