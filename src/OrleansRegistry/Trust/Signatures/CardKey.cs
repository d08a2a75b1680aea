using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>A public key that signatures of cards are checked with; it serves one algorithm.</summary>
/// <remarks>Source: RFC 7517, RFC 7518 (3.3, 3.4, 6), RFC 8037, RFC 9864.</remarks>
internal sealed class CardKey
{
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;
    private const int PointBytes = 32;

    private const int MostExponentBytes = 4;

    private static readonly string[] Material = ["x", "y", "n", "e"];

    private readonly Func<byte[], byte[], bool> isRight;

    private CardKey(string id, string algorithm, Func<byte[], byte[], bool> isRight) => (Id, Algorithm, this.isRight) = (id, algorithm, isRight);

    public string Id { get; }

    public string Algorithm { get; }

    /// <summary>Id, algorithm and the key itself: equal where two are the same key.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>The key, or null where it is not one that is used here: another kind, too small, or for something else.</summary>
    public static CardKey? Read(JsonElement key)
    {
        if (Text(key, "kid") is not { Length: > 0 } id || Text(key, "use") is not (null or "sig") || !Verifies(key))
        {
            return null;
        }

        var read = Text(key, "kty") switch
        {
            "EC" when Text(key, "crv") == "P-256" => Ecdsa(id, Bytes(key, "x"), Bytes(key, "y")),
            "RSA" => Rsa(id, Bytes(key, "n"), Bytes(key, "e")),
            "OKP" when Text(key, "crv") == "Ed25519" => Edwards(id, Bytes(key, "x")),
            _ => null,
        };
        if (read is null || (Text(key, "alg") is { } algorithm && !read.Serves(algorithm)))
        {
            return null;
        }

        read.Identity = $"{id.Length}:{id} {read.Algorithm} {string.Join('.', Material.Select(name => Text(key, name)))}";
        return read;
    }

    public bool Serves(string algorithm) => algorithm == Algorithm || (Algorithm == "EdDSA" && algorithm == "Ed25519");

    public bool IsRight(byte[] signed, byte[] signature)
    {
        try
        {
            return isRight(signed, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static CardKey? Ecdsa(string id, byte[]? x, byte[]? y)
    {
        if (x is not { Length: PointBytes } || y is not { Length: PointBytes })
        {
            return null;
        }

        var key = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        return IsUsable(() => ECDsa.Create(key))
            ? new CardKey(id, "ES256", (signed, signature) =>
            {
                if (signature.Length != 2 * PointBytes)
                {
                    return false;
                }

                // Of each check its own: they are not made for several threads.
                using var point = ECDsa.Create(key);
                return point.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            })
            : null;
    }

    private static CardKey? Rsa(string id, byte[]? modulus, byte[]? exponent)
    {
        if (modulus is null or [] || exponent is null or [] || exponent.Length > MostExponentBytes)
        {
            return null;
        }

        modulus = modulus.AsSpan().TrimStart((byte)0).ToArray();
        var bits = (modulus.Length * 8) - (modulus.Length == 0 ? 0 : byte.LeadingZeroCount(modulus[0]));
        var key = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return bits is >= LeastRsaBits and <= MostRsaBits && exponent is not [1] && (exponent[^1] & 1) == 1 && IsUsable(() => RSA.Create(key))
            ? new CardKey(id, "RS256", (signed, signature) =>
            {
                if (signature.Length != modulus.Length)
                {
                    return false;
                }

                using var rsa = RSA.Create(key);
                return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            })
            : null;
    }

    private static CardKey? Edwards(string id, byte[]? point) =>
        point?.Length == Ed25519.PublicKeySize && Ed25519.ValidatePublicKeyFull(point, 0)
            ? new CardKey(id, "EdDSA", (signed, signature) =>
                signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature, 0, point, 0, signed, 0, signed.Length))
            : null;

    private static bool IsUsable(Func<IDisposable> create)
    {
        try
        {
            create().Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool Verifies(JsonElement key) => !key.TryGetProperty("key_ops", out var uses) || (uses.ValueKind == JsonValueKind.Array
        && uses.EnumerateArray().Any(use => use.ValueKind == JsonValueKind.String && use.ValueEquals("verify"u8)));

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string name)
    {
        try
        {
            return Text(key, name) is { } text ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
