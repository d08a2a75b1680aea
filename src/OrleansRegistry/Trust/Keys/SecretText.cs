using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Trust.Keys;

/// <summary>
/// The text of a secret with a name: a prefix, an id of 8 to 12 lower-case letters and digits, <c>_</c>, and 32 to 128 characters of Base64Url, which
/// are of 32 random bytes where they are made here. What is kept of it is its SHA-256: no slow hash, as nobody can try all of these.
/// </summary>
internal static class SecretText
{
    private const string IdLetters = "abcdefghijklmnopqrstuvwxyz234567";
    private const int IdLength = 10;
    private const int SecretBytes = 32;
    private const int MaxText = 160;

    private static readonly SearchValues<char> OfIds = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly SearchValues<char> OfSecrets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string NewId() => RandomNumberGenerator.GetString(IdLetters, IdLength);

    public static string New(string prefix, string id)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        return $"{prefix}{id}_{Base64Url.EncodeToString(secret)}";
    }

    /// <summary>The id in a text; empty where it is not such a text.</summary>
    public static ReadOnlySpan<char> IdOf(string prefix, ReadOnlySpan<char> text)
    {
        if (text.Length > MaxText || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return default;
        }

        var rest = text[prefix.Length..];
        var end = rest.IndexOf('_');
        return end is >= 8 and <= 12 && IsId(rest[..end]) && IsSecret(rest[(end + 1)..]) ? rest[..end] : default;
    }

    /// <param name="text">Of which <see cref="IdOf"/> gave an id.</param>
    /// <param name="hash">32 bytes.</param>
    public static void Hash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MaxText];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(text, bytes)], hash);
    }

    public static byte[] Hash(string text)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        Hash(text, hash);
        return hash;
    }

    private static bool IsId(ReadOnlySpan<char> id) => id.IndexOfAnyExcept(OfIds) < 0;

    private static bool IsSecret(ReadOnlySpan<char> secret) => secret.Length is >= 32 and <= 128 && secret.IndexOfAnyExcept(OfSecrets) < 0;
}
