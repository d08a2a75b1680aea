using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>A signature as a card has it, read and not yet checked: one of JWS in its JSON form, without the payload.</summary>
/// <remarks>Source: A2A 1.0, 4.4.7 and 8.4.2; RFC 7515, 4 and 7.2.</remarks>
internal sealed record CardSignature
{
    private const int MostHeaderBytes = 4096;
    private const int MostSignatureBytes = 1024;
    private const int MostHeaderDepth = 8;
    private const int LongestName = 256;

    private static readonly string[] Known = ["ES256", "RS256", "EdDSA", "Ed25519"];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MostHeaderDepth, AllowDuplicateProperties = false };

    /// <summary>The protected header, as it was signed.</summary>
    public string Protected { get; private init; } = "";

    public byte[] Bytes { get; private init; } = [];

    public string? Algorithm { get; private init; }

    public string? KeyId { get; private init; }

    /// <summary>Where the signer says that its keys are; null where it does not.</summary>
    public Uri? KeySetUrl { get; private init; }

    /// <summary>Why it need not be checked, and what it is; null where it is to be.</summary>
    public CardSignatureCheck? Refused { get; private init; }

    public static CardSignature Read(JsonElement signature)
    {
        if (signature.ValueKind != JsonValueKind.Object)
        {
            return Refuse("it is not an object");
        }

        if (Text(signature, "protected") is not { } text || Decode(text, MostHeaderBytes) is not { } header)
        {
            return Refuse($"protected is not an object in base64url without padding, of up to {MostHeaderBytes:N0} bytes");
        }

        try
        {
            using var document = JsonDocument.Parse(header, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(signature, text, document.RootElement)
                : Refuse("its protected header is not an object");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Refuse("its protected header is not JSON, is too deep, or has a member twice");
        }
    }

    /// <summary>What was signed: the protected header, and a form of the card.</summary>
    public byte[] SignedBytes(ReadOnlyMemory<byte> card) => Encoding.ASCII.GetBytes($"{Protected}.{Base64Url.EncodeToString(card.Span)}");

    public CardSignatureCheck Say(SignatureVerdict verdict, string? reason) =>
        new(verdict) { KeyId = KeyId, Algorithm = Algorithm, Reason = reason };

    private static CardSignature Read(JsonElement signature, string text, JsonElement header)
    {
        var algorithm = Short(header, "alg");
        var keyId = Short(header, "kid");
        var read = new CardSignature { Protected = text, Algorithm = algorithm, KeyId = keyId };
        if (FaultOf(signature, header) is { } fault)
        {
            return read.Refuse(SignatureVerdict.Invalid, fault);
        }

        if (algorithm is null || keyId is null)
        {
            return read.Refuse(SignatureVerdict.Invalid, $"its protected header lacks alg or kid, texts of up to {LongestName} characters");
        }

        if (!Known.Contains(algorithm, StringComparer.Ordinal))
        {
            // What has no key pair proves nothing, whoever made it.
            var provesNothing = algorithm.StartsWith("HS", StringComparison.OrdinalIgnoreCase)
                || algorithm.Equals("none", StringComparison.OrdinalIgnoreCase);
            return read.Refuse(provesNothing ? SignatureVerdict.Invalid : SignatureVerdict.Unknown, $"it is not made by {string.Join(", ", Known)}");
        }

        if (Text(signature, "signature") is not { } encoded || Decode(encoded, MostSignatureBytes) is not { } bytes)
        {
            return read.Refuse(SignatureVerdict.Invalid, "signature is not base64url without padding");
        }

        if (!header.TryGetProperty("jku", out var jku))
        {
            return read with { Bytes = bytes };
        }

        return jku.ValueKind == JsonValueKind.String && Uri.TryCreate(jku.GetString(), UriKind.Absolute, out var url)
            ? read with { Bytes = bytes, KeySetUrl = url }
            : read.Refuse(SignatureVerdict.Invalid, "jku in its protected header is not a URL");
    }

    private static string? FaultOf(JsonElement signature, JsonElement header)
    {
        if (header.TryGetProperty("crit", out _))
        {
            return "it asks for extensions of JWS (crit), none of which is known here";
        }

        if (header.TryGetProperty("b64", out var encoded) && encoded.ValueKind != JsonValueKind.True)
        {
            return "its payload is not in base64url (b64)";
        }

        if (!signature.TryGetProperty("header", out var others) || others.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (others.ValueKind != JsonValueKind.Object)
        {
            return "header is not an object";
        }

        foreach (var member in others.EnumerateObject())
        {
            if (member.NameEquals("crit"u8) || member.NameEquals("b64"u8) || header.TryGetProperty(member.Name, out _))
            {
                return $"'{(member.Name.Length > 32 ? member.Name[..32] : member.Name)}' is in its unprotected header, where it must not be";
            }
        }

        return null;
    }

    private static CardSignature Refuse(string reason) => new CardSignature().Refuse(SignatureVerdict.Invalid, reason);

    private CardSignature Refuse(SignatureVerdict verdict, string reason) => this with { Refused = Say(verdict, reason) };

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Short(JsonElement json, string name) => Text(json, name) is { Length: > 0 and <= LongestName } text ? text : null;

    /// <summary>Null where it is not, or is one of several spellings of the same bytes.</summary>
    private static byte[]? Decode(string text, int most)
    {
        if (text.Length == 0 || text.Length > (most * 4 / 3) + 3)
        {
            return null;
        }

        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            return bytes.Length <= most && Base64Url.EncodeToString(bytes) == text ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
