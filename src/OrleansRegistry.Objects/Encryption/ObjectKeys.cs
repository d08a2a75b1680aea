using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace OrleansRegistry.Objects.Encryption;

/// <summary>
/// The keys of objects: 32 bytes each, as Base64 or hexadecimal, a comma or line break between; the rest of a line after <c>#</c> is a remark. The last
/// one encrypts, all decrypt: a new key is added at the end, and old ones stay as long as there are objects of theirs.
/// </summary>
public sealed class ObjectKeys
{
    private const int KeyBytes = 32;
    private const int IdBytes = 8;
    private readonly IReadOnlyList<(ulong Id, byte[] Key)> keys;

    private ObjectKeys(IReadOnlyList<(ulong Id, byte[] Key)> keys) => this.keys = keys;

    /// <summary>The ids, oldest first: what headers name a key by, and messages show. They follow from the keys.</summary>
    public IReadOnlyList<string> Ids => [.. keys.Select(key => Text(key.Id))];

    internal (ulong Id, byte[] Key) Newest => keys[^1];

    /// <summary>Reads keys.</summary>
    /// <returns>False where the text has none, or something else in it.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out ObjectKeys? keys)
    {
        var read = new List<(ulong Id, byte[] Key)>();
        keys = null;
        foreach (var line in text.Split('\n'))
        {
            foreach (var part in line.Split('#')[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (Read(part) is not { } key)
                {
                    return false;
                }

                read.Add((IdOf(key), key));
            }
        }

        keys = read.Count > 0 ? new ObjectKeys(read) : null;
        return keys is not null;
    }

    /// <summary>The key of an object; null where it is not known.</summary>
    internal byte[]? Find(ulong id) => keys.FirstOrDefault(key => key.Id == id).Key;

    internal static string Text(ulong id) => id.ToString("x16");

    private static byte[]? Read(string text)
    {
        try
        {
            var key = text.Length == 2 * KeyBytes ? Convert.FromHexString(text) : Convert.FromBase64String(text);
            return key.Length == KeyBytes ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Derived, so that no two keys can be given one id by mistake.</summary>
    private static ulong IdOf(byte[] key) =>
        BinaryPrimitives.ReadUInt64BigEndian(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, IdBytes, info: "key id"u8.ToArray()));
}
