using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.A2A.Cards;

/// <summary>
/// Signs cards with the registry's key, ES256. The key's id is its thumbprint (RFC 7638), and clients find it at <c>/.well-known/jwks.json</c>.
/// </summary>
/// <remarks>Source: A2A 1.0, 8.4; RFC 7515 (JWS, detached), RFC 7517 (JWKS).</remarks>
internal sealed class CardSigner : IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa key;
    private readonly Lock gate = new();

    private CardSigner(ECDsa key)
    {
        this.key = key;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        KeyId = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
        PublicKey = $$"""{"kty":"EC","crv":"P-256","x":"{{x}}","y":"{{y}}","kid":"{{KeyId}}","alg":"ES256","use":"sig"}""";
    }

    public string KeyId { get; }

    /// <summary>The public key as a JWKS has it.</summary>
    public string PublicKey { get; }

    /// <param name="isPublished">It only is published, and a public key will do.</param>
    /// <exception cref="InvalidDataException">It has no key that signs with ES256: what is wrong, without anything of the file.</exception>
    public static CardSigner FromPem(string pem, bool isPublished = false)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
            {
                throw new InvalidDataException("the key is on another curve than P-256, which ES256 signs with");
            }

            var signer = new CardSigner(key);
            if (!isPublished)
            {
                signer.Sign([], null);
            }

            return signer;
        }
        catch (Exception fault)
        {
            key.Dispose();
            if (fault is CryptographicException or ArgumentException)
            {
                var needed = isPublished ? "key" : "private key to sign with";
                throw new InvalidDataException($"there is no {needed}, unencrypted and in PEM", fault);
            }

            throw;
        }
    }

    /// <summary>The card with its signature.</summary>
    /// <param name="card">Of A2A 1.0, with nothing that is not signed: no unknown members, and no plain defaults.</param>
    /// <param name="keySetUrl">Where clients find the key.</param>
    public ReadOnlyMemory<byte> Sign(ReadOnlyMemory<byte> card, string keySetUrl)
    {
        using var document = JsonDocument.Parse(card, JsonInput.Stored);
        var (header, signature) = Sign(Jcs.Write(document.RootElement).Span, keySetUrl);
        var output = new ArrayBufferWriter<byte>(card.Length + 512);
        output.Write(card.Span[..^1]);
        output.Write(Encoding.ASCII.GetBytes($$""","signatures":[{"protected":"{{header}}","signature":"{{signature}}"}]}"""));
        return output.WrittenMemory;
    }

    /// <inheritdoc cref="IOwnCardSigner.SignDetached"/>
    public string SignDetached(ReadOnlyMemory<byte> payload, string type, string keySetUrl)
    {
        var (header, signature) = Sign(payload.Span, keySetUrl, type);
        return $"{header}..{signature}";
    }

    public void Dispose() => key.Dispose();

    private (string Header, string Signature) Sign(ReadOnlySpan<byte> payload, string? keySetUrl, string type = "JOSE")
    {
        var header = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string?>
        {
            ["alg"] = "ES256",
            ["typ"] = type,
            ["kid"] = KeyId,
            ["jku"] = keySetUrl,
        }));
        var signed = Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(payload)}");
        lock (gate)
        {
            return (header, Base64Url.EncodeToString(key.SignData(signed, HashAlgorithmName.SHA256)));
        }
    }
}
