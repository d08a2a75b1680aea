using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Requests;

/// <summary>Ids that follow from what they are for, so that a request sent twice meets the same thing; and random ones.</summary>
internal static class DerivedId
{
    /// <summary>
    /// A UUID (version 8, RFC 9562) from the SHA-256 of <paramref name="parts"/>. Other parts give another id, also where their texts joined are the
    /// same.
    /// </summary>
    public static string For(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var utf8 = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            hash.AppendData(length);
            hash.AppendData(utf8);
        }

        Span<byte> id = stackalloc byte[32];
        hash.GetHashAndReset(id);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id[..16], bigEndian: true).ToString();
    }

    public static string Random() => Guid.NewGuid().ToString();
}
