using System.Buffers.Text;
using System.Text.Json;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust.Audit;

/// <summary>The keys that a registry published, by which somebody who keeps its anchors sees that they are its own.</summary>
public sealed class AuditKeys
{
    private readonly CardKeySet keys;

    private AuditKeys(CardKeySet keys) => this.keys = keys;

    /// <param name="text">A JWKS, such as <c>/.well-known/jwks.json</c> has.</param>
    /// <exception cref="InvalidDataException">It is none, or has no key that anchors are signed with.</exception>
    public static AuditKeys Read(string text)
    {
        var read = CardKeySet.Read(text);
        return read.Count > 0 ? new AuditKeys(read) : throw new InvalidDataException("the JWKS has no key that signatures are checked with");
    }

    /// <summary>What is wrong with an anchor's signature; null for nothing.</summary>
    public string? FaultOf(AuditAnchor anchor)
    {
        if (anchor.Signature is not { } text)
        {
            return "the anchor has no signature";
        }

        if (text.Split('.') is not [var header, "", var signed])
        {
            return "the anchor's signature is not a detached JWS";
        }

        var signature = CardSignature.Read(JsonSerializer.SerializeToElement(new Dictionary<string, string>
        {
            ["protected"] = header,
            ["signature"] = signed,
        }));
        if (signature.Refused is { } refused)
        {
            return $"the anchor's signature cannot be checked: {refused.Reason}";
        }

        if (TypeOf(header) != AuditAnchor.SignatureType)
        {
            return "the anchor's signature is one of something else";
        }

        var found = keys.Find(signature.KeyId!).Where(key => key.Serves(signature.Algorithm!)).ToList();
        return found.Count == 0 ? $"the anchor is signed with the key '{LogText.Id(signature.KeyId!)}', which is not among those given"
            : found.Exists(key => key.IsRight(signature.SignedBytes(AuditJson.SignedBytes(anchor)), signature.Bytes)) ? null
            : "the anchor's signature does not fit it: it was changed";
    }

    /// <param name="header">As it was found good.</param>
    private static string? TypeOf(string header)
    {
        using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
        return json.RootElement.TryGetProperty("typ", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
    }
}
