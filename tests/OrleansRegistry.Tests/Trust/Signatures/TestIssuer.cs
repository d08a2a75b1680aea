using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Somebody who signs cards, with keys that the registry asks for over HTTP; nothing of the registry's own signs or reads here.</summary>
internal sealed class TestIssuer : HttpMessageHandler
{
    public const string Url = "https://issuer.example";

    private readonly List<JsonObject> keys = [];
    // Of all issuers the same: to make them takes longer than any test.
    private static readonly ECDsa Point = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly byte[] Edwards = RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize);

    public TestIssuer() => Publish("ES256", "RS256", "EdDSA");

    /// <summary>How often it was asked for its keys.</summary>
    public int Asked { get; private set; }

    /// <summary>What it answers with; the keys only where that is success.</summary>
    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    /// <summary>What it answers in the place of its keys.</summary>
    public string? Answer { get; set; }

    /// <summary>What it says that its answer is written in.</summary>
    public string? Charset { get; set; }

    /// <summary>What asking it ends in.</summary>
    public Exception? Fault { get; set; }

    public string KeySet => new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }.ToJsonString();

    /// <summary>Has these keys from now on, each named after its algorithm.</summary>
    public void Publish(params string[] algorithms)
    {
        keys.Clear();
        keys.AddRange(algorithms.Select(KeyOf));
    }

    /// <summary>As the key set has it.</summary>
    public static JsonObject KeyOf(string algorithm)
    {
        var (q, n) = (Point.ExportParameters(false).Q, Rsa.ExportParameters(false));
        var spot = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(Edwards, 0, spot, 0);
        var key = algorithm switch
        {
            "ES256" => new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Encode(q.X!), ["y"] = Encode(q.Y!) },
            "RS256" => new JsonObject { ["kty"] = "RSA", ["n"] = Encode(n.Modulus!), ["e"] = Encode(n.Exponent!) },
            _ => new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = Encode(spot) },
        };
        key["kid"] = algorithm;
        return key;
    }

    /// <summary>The card with a signature more.</summary>
    /// <param name="payload">The canonical bytes that are signed.</param>
    /// <param name="with">What signs, where it is not what the header says.</param>
    public string Sign(string card, string payload, string algorithm = "ES256", Action<JsonObject>? header = null, string? with = null)
    {
        var members = new JsonObject { ["alg"] = algorithm, ["typ"] = "JOSE", ["kid"] = algorithm };
        header?.Invoke(members);
        return Add(card, new JsonObject { ["protected"] = Encode(Encoding.UTF8.GetBytes(members.ToJsonString())) }, payload, with ?? algorithm);
    }

    /// <summary>The same with a protected header as it is given.</summary>
    public string Add(string card, JsonObject signature, string payload, string with = "ES256")
    {
        var signed = Encoding.ASCII.GetBytes($"{signature["protected"]}.{Encode(Encoding.UTF8.GetBytes(payload))}");
        signature["signature"] ??= Encode(Make(with, signed));
        var root = JsonNode.Parse(card)!.AsObject();
        root["signatures"] ??= new JsonArray();
        root["signatures"]!.AsArray().Add(signature);
        return root.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Assert.EndsWith(".example/.well-known/jwks.json", request.RequestUri!.AbsoluteUri, StringComparison.Ordinal);
        Asked++;
        await Task.Yield();
        if (Fault is not null)
        {
            throw Fault;
        }

        var content = new StringContent(Answer ?? KeySet);
        content.Headers.ContentType!.CharSet = Charset ?? content.Headers.ContentType.CharSet;
        return new HttpResponseMessage(Status) { Content = content };
    }

    private byte[] Make(string algorithm, byte[] signed)
    {
        var made = new byte[Ed25519.SignatureSize];
        switch (algorithm)
        {
            case "ES256":
                lock (Point)
                {
                    return Point.SignData(signed, HashAlgorithmName.SHA256);
                }

            case "RS256":
                lock (Rsa)
                {
                    return Rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                }

            case "HS256":
                // With the public key as the secret, for who mixes the two up.
                return HMACSHA256.HashData(Encoding.UTF8.GetBytes(KeySet), signed);
            default:
                Ed25519.Sign(Edwards, 0, signed, 0, signed.Length, made, 0);
                return made;
        }
    }
}
