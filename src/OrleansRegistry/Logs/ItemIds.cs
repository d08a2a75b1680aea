using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Logs;

/// <summary>
/// The ids of all items of a log, each as 128 bits of its SHA-256. Pages carry digests as a Fenwick tree does, so that all ids can be read from a few
/// pages: of page n, those of the pages after n less its lowest set bit.
/// </summary>
internal sealed class ItemIds
{
    public const int HashLength = 16;

    private readonly List<UInt128> inOrder = [];
    private readonly HashSet<UInt128> set = [];

    /// <summary>How many items each digest sums up, of those that together cover all pages; the last ends with the last page.</summary>
    private readonly Stack<int> blocks = new();

    private long pages;

    /// <summary>Of the id asked for last, which is often the next to be added.</summary>
    private (string? Id, UInt128 Hash) last;

    /// <summary>How many items are known.</summary>
    public int Count => inOrder.Count;

    public bool Contains(string id) => set.Contains(HashOf(id));

    /// <summary>The number of the item with this id, from 0; -1 if there is no such item.</summary>
    public int IndexOf(string id) => Contains(id) ? inOrder.LastIndexOf(HashOf(id)) : -1;

    public void Add(string id)
    {
        var hash = HashOf(id);
        inOrder.Add(hash);
        set.Add(hash);
    }

    /// <summary>The pages whose digests cover pages 1 to <paramref name="pages"/>, lowest first.</summary>
    public static IReadOnlyList<long> Cover(long pages)
    {
        var cover = new List<long>();
        for (var n = pages; n > 0; n -= n & -n)
        {
            cover.Add(n);
        }

        cover.Reverse();
        return cover;
    }

    /// <summary>Adds what a digest sums up; the pages of <see cref="Cover"/> come in its order.</summary>
    public void AddDigest(long page, ReadOnlySpan<byte> digest)
    {
        for (var rest = digest; rest.Length > 0; rest = rest[HashLength..])
        {
            var hash = BinaryPrimitives.ReadUInt128BigEndian(rest);
            inOrder.Add(hash);
            set.Add(hash);
        }

        blocks.Push(digest.Length / HashLength);
        pages = page;
    }

    /// <summary>The digest of the next page, which takes in the oldest <paramref name="count"/> items that are in none.</summary>
    public byte[] NextDigest(int first, int count)
    {
        pages++;
        var items = count;
        for (var merged = BitOperations.TrailingZeroCount(pages); merged > 0; merged--)
        {
            items += blocks.Pop();
        }

        blocks.Push(items);
        var digest = new byte[items * HashLength];
        var at = digest.AsSpan();
        for (var i = first + count - items; i < first + count; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(at, inOrder[i]);
            at = at[HashLength..];
        }

        return digest;
    }

    /// <summary>128 bits of the id's SHA-256.</summary>
    public static UInt128 Hash(string id)
    {
        Span<byte> utf8 = id.Length <= 256 ? stackalloc byte[id.Length * 3] : new byte[id.Length * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(id, utf8)], hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private UInt128 HashOf(string id)
    {
        last = ReferenceEquals(last.Id, id) ? last : (id, Hash(id));
        return last.Hash;
    }
}
