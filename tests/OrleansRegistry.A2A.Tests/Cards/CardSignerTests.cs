using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansRegistry.A2A.Cards;

namespace OrleansRegistry.A2A.Tests.Cards;

/// <summary>Signatures of cards (A2A 1.0, 8.4), verified by nothing that made them.</summary>
public sealed class CardSignerTests
{
    private const string KeySetUrl = "https://r.example/.well-known/jwks.json";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void A_client_verifies_the_card_with_the_published_key()
    {
        using var signer = CardSigner.FromPem(Pem(ECCurve.NamedCurves.nistP256));
        var card = """{"name":"Ümlaut \u20ac","description":"a\nb","skills":[{"tags":["x"],"id":"s"}],"capabilities":{"n":1.50}}"""u8.ToArray();
        var signed = Encoding.UTF8.GetString(signer.Sign(card, KeySetUrl).Span);
        Assert.True(IsRight(signed, Set(signer)));
        Assert.False(IsRight(signed.Replace("\"s\"", "\"t\"", StringComparison.Ordinal), Set(signer)));
        using var other = CardSigner.FromPem(Pem(ECCurve.NamedCurves.nistP256));
        Assert.False(IsRight(signed, Set(other)));
    }

    [Fact]
    public void The_header_names_the_key_and_where_it_is()
    {
        using var signer = CardSigner.FromPem(Pem(ECCurve.NamedCurves.nistP256));
        var signature = JsonNode.Parse(signer.Sign("{\"a\":1}"u8.ToArray(), KeySetUrl).Span)!["signatures"]![0]!;
        var header = JsonNode.Parse(Base64Url.DecodeFromChars((string)signature["protected"]!))!;
        Assert.Equal(
            ("ES256", "JOSE", KeySetUrl, signer.KeyId),
            ((string)header["alg"]!, (string)header["typ"]!, (string)header["jku"]!, (string)header["kid"]!));
        Assert.Equal(64, Base64Url.DecodeFromChars((string)signature["signature"]!).Length);

        var published = JsonNode.Parse(signer.PublicKey)!;
        Assert.Equal(signer.KeyId, (string)published["kid"]!);
        Assert.Null(published["d"]);
    }

    [Theory]
    [InlineData("public", "no private key")]
    [InlineData("p384", "P-256")]
    [InlineData("rsa", "no private key")]
    [InlineData("encrypted", "no private key")]
    [InlineData("none", "no private key")]
    [InlineData("spoilt", "no private key")]
    public void What_cannot_sign_is_refused_without_anything_of_it(string what, string expected)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        var pem = what switch
        {
            "public" => key.ExportSubjectPublicKeyInfoPem(),
            "p384" => Pem(ECCurve.NamedCurves.nistP384),
            "rsa" => rsa.ExportPkcs8PrivateKeyPem(),
            "encrypted" => key.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters),
            "spoilt" => "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
            _ => "secret",
        };
        var fault = Assert.Throws<InvalidDataException>(() => CardSigner.FromPem(pem));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> Set(CardSigner signer) => Encoding.UTF8.GetBytes($$"""{"keys":[{{signer.PublicKey}}]}""");

    /// <summary>As a client does it: the payload made again of what came, and the key taken from the set by its id.</summary>
    internal static bool IsRight(string card, ReadOnlyMemory<byte> keySet)
    {
        var root = JsonNode.Parse(card)!.AsObject();
        var signature = root["signatures"]![0]!;
        root.Remove("signatures");
        var header = JsonNode.Parse(Base64Url.DecodeFromChars((string)signature["protected"]!))!;
        if (JsonNode.Parse(keySet.Span)!["keys"]!.AsArray().SingleOrDefault(key => (string)key!["kid"]! == (string)header["kid"]!) is not { } key)
        {
            return false;
        }

        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Base64Url.DecodeFromChars((string)key["x"]!), Y = Base64Url.DecodeFromChars((string)key["y"]!) },
        });
        var payload = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Sorted(root).ToJsonString(Plain)));
        return verifier.VerifyData(
            Encoding.ASCII.GetBytes($"{signature["protected"]}.{payload}"),
            Base64Url.DecodeFromChars((string)signature["signature"]!),
            HashAlgorithmName.SHA256);
    }

    private static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject found => new JsonObject(found.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Sorted(member.Value!)))),
        JsonArray found => new JsonArray([.. found.Select(item => (JsonNode?)Sorted(item!))]),
        JsonValue value when value.TryGetValue<double>(out var number) => JsonValue.Create(number),
        _ => node.DeepClone(),
    };

    internal static string Pem(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
