using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Storage;

/// <summary>
/// Keys as columns. Text columns take no U+0000 and index rows no more than some 2,700 bytes, of which other columns want some; nearly every key is
/// stored as it is, and the others escaped, so that they stay distinct and can be decoded.
/// </summary>
internal static class KeyText
{
    private const char Escape = '\u0001';
    private const string EscapedNul = "\u0001\u0001";
    private const string EscapedEscape = "\u0001\u0002";
    private const string Shortened = "\u0001\u0003";
    private const int MaxIndexedBytes = 1_900;
    private const int MaxValueBytes = 500;
    private const int KeptOfLongId = 64;

    /// <summary>The columns <c>tenant</c>, <c>id</c> and <c>long_id</c> of a key; the last is null unless the id is too long for an index.</summary>
    public static (string Tenant, string Id, string? LongId) Columns(RecordKey key)
    {
        var tenant = Encode(key.Tenant);
        var id = Encode(key.Id);
        return (tenant.Length + id.Length) * 3 <= MaxIndexedBytes
            || Encoding.UTF8.GetByteCount(tenant) + Encoding.UTF8.GetByteCount(id) <= MaxIndexedBytes
            ? (tenant, id, null)
            : (tenant, Shorten(id), id);
    }

    /// <summary>The column <c>tenant</c> of any key of that tenant.</summary>
    public static string Tenant(string tenant) => Encode(tenant);

    /// <summary>What an indexed column holds of a text that lists are filtered by: equal for equal texts, and different for different ones.</summary>
    public static string Value(string text)
    {
        var encoded = Encode(text);
        return encoded.Length * 3 <= MaxValueBytes || Encoding.UTF8.GetByteCount(encoded) <= MaxValueBytes ? encoded : Shorten(encoded);
    }

    /// <summary>The part of a key that a column holds.</summary>
    public static string Decode(string column) => column.Contains(Escape)
        ? column.Replace(EscapedNul, "\0", StringComparison.Ordinal).Replace(EscapedEscape, "\u0001", StringComparison.Ordinal)
        : column;

    private static string Encode(string part) => part.AsSpan().IndexOfAny('\0', Escape) < 0
        ? part
        : part.Replace("\u0001", EscapedEscape, StringComparison.Ordinal).Replace("\0", EscapedNul, StringComparison.Ordinal);

    private static string Shorten(string id)
    {
        var kept = Math.Min(id.Length, KeptOfLongId);
        if (kept < id.Length && char.IsHighSurrogate(id[kept - 1]))
        {
            kept--;
        }

        return $"{id[..kept]}{Shortened}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}";
    }
}
