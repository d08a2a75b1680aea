using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Objects.Encryption;

/// <summary>
/// What an encrypted object begins with: 8 bytes <c>ORENCOBJ</c>, the version (1), the chunk size as a power of two, 6 zeros, the key's id (8), and a salt
/// (16). Chunks follow, each encrypted by AES-256-GCM with its tag of 16 bytes behind it; all but the last have the chunk size.
/// </summary>
/// <remarks>
/// Each object has a key of its own, derived by HKDF-SHA256 from the key and the salt, so that a chunk's nonce can be its number (8 bytes) and a mark on
/// the last one (4 bytes): no chunk can be taken for another, and an object that was cut off has no last one. Header and name are authenticated with each
/// chunk: another object's content in the place of this one is found too.
/// </remarks>
internal sealed record EncryptionHeader(byte Version, int ChunkSize, ulong KeyId, ReadOnlyMemory<byte> Salt)
{
    public const int Length = 40;
    public const int TagLength = 16;
    public const int DefaultChunkSize = 1 << DefaultChunkBits;

    private const byte CurrentVersion = 1;
    private const int DefaultChunkBits = 16;
    private const int SaltLength = 16;
    private const int KeyBytes = 32;
    private const int NonceLength = 12;

    private static ReadOnlySpan<byte> Magic => "ORENCOBJ"u8;

    public static EncryptionHeader New(ObjectKeys keys) =>
        new(CurrentVersion, DefaultChunkSize, keys.Newest.Id, RandomNumberGenerator.GetBytes(SaltLength));

    /// <summary>Whether an object that begins so is an encrypted one, of any version.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> begin) => begin.StartsWith(Magic);

    /// <summary>How long the content is of an encrypted object of so many bytes.</summary>
    public static long ContentLength(long encrypted, int chunkSize = DefaultChunkSize)
    {
        var body = Math.Max(0, encrypted - Length);
        var chunks = (body + chunkSize + TagLength - 1) / (chunkSize + TagLength);
        return Math.Max(0, body - (chunks * TagLength));
    }

    public static long EncryptedLength(long content, int chunkSize = DefaultChunkSize) =>
        Length + content + (Math.Max(1, (content + chunkSize - 1) / chunkSize) * TagLength);

    /// <param name="begin">The first <see cref="Length"/> bytes of an object, or all of a shorter one.</param>
    /// <param name="told">Who it is of, for the message: <c>a.gz in the folder x</c>.</param>
    /// <exception cref="ObjectStoreException">It is not one that this version reads.</exception>
    public static EncryptionHeader Read(ReadOnlySpan<byte> begin, string told)
    {
        if (!IsEncrypted(begin))
        {
            throw new ObjectStoreException(
                ObjectStoreError.Configuration,
                $"{told} is not encrypted, though a key is set: set {ObjectSettings.ReadPlain}=true as long as there are objects from before the key.");
        }

        if (begin.Length < Length)
        {
            throw new ObjectStoreException(ObjectStoreError.Damaged, $"{told} is damaged: it was cut off within its header.");
        }

        var (version, bits) = (begin[8], begin[9]);
        if (version != CurrentVersion)
        {
            throw new ObjectStoreException(
                ObjectStoreError.Configuration,
                $"{told} is encrypted in format {version}; this version of the registry reads format {CurrentVersion}.");
        }

        if (bits is < 10 or > 24)
        {
            throw new ObjectStoreException(ObjectStoreError.Damaged, $"{told} is damaged: its header has a chunk size that no object has.");
        }

        return new EncryptionHeader(version, 1 << bits, BinaryPrimitives.ReadUInt64BigEndian(begin[16..]), begin[24..Length].ToArray());
    }

    public void Write(Span<byte> to)
    {
        to[..Length].Clear();
        Magic.CopyTo(to);
        to[8] = Version;
        to[9] = (byte)int.Log2(ChunkSize);
        BinaryPrimitives.WriteUInt64BigEndian(to[16..], KeyId);
        Salt.Span.CopyTo(to[24..]);
    }

    /// <summary>The cipher of the object's chunks.</summary>
    public AesGcm Cipher(byte[] key)
    {
        Span<byte> own = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, own, Salt.Span, "OrleansRegistry object"u8);
        var cipher = new AesGcm(own, TagLength);
        CryptographicOperations.ZeroMemory(own);
        return cipher;
    }

    /// <summary>What is authenticated with each chunk.</summary>
    public byte[] Context(string name)
    {
        var context = new byte[Length + name.Length];
        Write(context);
        Encoding.ASCII.GetBytes(name, context.AsSpan(Length));
        return context;
    }

    public static byte[] Nonce(long chunk, bool isLast)
    {
        var nonce = new byte[NonceLength];
        BinaryPrimitives.WriteInt64BigEndian(nonce, chunk);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }
}
