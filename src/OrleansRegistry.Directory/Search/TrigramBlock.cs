using System.Numerics;
using System.Numerics.Tensors;

namespace OrleansRegistry.Directory;

/// <summary>
/// Of some documents that follow one another, which have which three bytes in a row in <see cref="AgentEntry.SearchText"/>: a bit for each document in each of
/// some buckets, in which several trigrams meet. So it tells which documents may have a text, and which have it not. Immutable.
/// </summary>
internal sealed class TrigramBlock
{
    /// <summary>How many documents a block is of.</summary>
    public const int Documents = 1024;

    /// <summary>Bytes of the shortest text that can be looked for.</summary>
    public const int ShortestText = 3;

    /// <summary>128 bytes a document. Half as many were seen to let through four times the candidates where texts are long.</summary>
    private const int BucketBits = 10;

    private const int Words = Documents / 64;
    private const byte FieldEnd = 0xFF;

    private readonly ulong[] bits = new ulong[Words << BucketBits];

    /// <param name="entries">Those of the documents; null for one that is gone.</param>
    public TrigramBlock(ReadOnlySpan<AgentEntry?> entries)
    {
        for (var document = 0; document < Documents; document++)
        {
            if (entries[document] is { } entry)
            {
                Add(document, entry.SearchText.Span);
            }
        }
    }

    /// <summary>The buckets of a text.</summary>
    public static int[] BucketsOf(ReadOnlySpan<byte> text)
    {
        var buckets = new HashSet<int>();
        for (var at = 0; at + 2 < text.Length; at++)
        {
            buckets.Add(BucketOf(text, at));
        }

        return [.. buckets];
    }

    /// <summary>Adds the numbers of the documents that may have a text, in their order.</summary>
    /// <param name="buckets">Those of the text; at least one.</param>
    /// <param name="first">The number of the block's first document.</param>
    public void Find(ReadOnlySpan<int> buckets, int first, List<int> into)
    {
        Span<ulong> found = stackalloc ulong[Words];
        Row(buckets[0]).CopyTo(found);
        foreach (var bucket in buckets[1..])
        {
            TensorPrimitives.BitwiseAnd(found, Row(bucket), found);
        }

        for (var word = 0; word < Words; word++)
        {
            for (var left = found[word]; left != 0; left &= left - 1)
            {
                into.Add(first + (word * 64) + BitOperations.TrailingZeroCount(left));
            }
        }
    }

    private ReadOnlySpan<ulong> Row(int bucket) => bits.AsSpan(bucket * Words, Words);

    private void Add(int document, ReadOnlySpan<byte> text)
    {
        var word = document / 64;
        var bit = 1UL << (document % 64);
        for (var at = 0; at + 2 < text.Length; at++)
        {
            if (text[at] != FieldEnd && text[at + 1] != FieldEnd && text[at + 2] != FieldEnd)
            {
                bits[(BucketOf(text, at) * Words) + word] |= bit;
            }
        }
    }

    private static int BucketOf(ReadOnlySpan<byte> text, int at)
    {
        var trigram = text[at] | ((uint)text[at + 1] << 8) | ((uint)text[at + 2] << 16);
        return (int)((trigram * 0x9E3779B1u) >> (32 - BucketBits));
    }
}
