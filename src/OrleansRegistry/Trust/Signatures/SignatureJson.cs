using System.Text.Json;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>
/// What was found of signatures in an agent's stored fields: <c>signature</c> with <c>verdict</c>, <c>checked_at</c>, <c>awaits_keys</c>, and
/// <c>checks</c>, each with <c>verdict</c>, <c>key_id</c>, <c>algorithm</c>, <c>issuer</c>, <c>form</c> and <c>reason</c>.
/// </summary>
internal static class SignatureJson
{
    public static AgentSignature Read(StoredObject signature) =>
        new(Verdict(signature), signature.Time("checked_at"), signature.Array("checks", ReadCheck))
        {
            AwaitsKeys = signature.Has("awaits_keys") && signature.Flag("awaits_keys"),
            Unknown = signature.Unknown(),
        };

    public static void Write(Utf8JsonWriter fields, AgentSignature? signature)
    {
        if (signature is null)
        {
            return;
        }

        fields.WriteStartObject("signature"u8);
        fields.WriteString("verdict"u8, signature.Verdict.ToName());
        fields.WriteString("checked_at"u8, signature.CheckedAt);
        if (signature.AwaitsKeys)
        {
            fields.WriteBoolean("awaits_keys"u8, true);
        }

        fields.WriteStartArray("checks"u8);
        foreach (var check in signature.Checks)
        {
            fields.WriteStartObject();
            fields.WriteString("verdict"u8, check.Verdict.ToName());
            WriteText("key_id", check.KeyId);
            WriteText("algorithm", check.Algorithm);
            WriteText("issuer", check.Issuer);
            WriteText("form", check.Form?.ToName());
            WriteText("reason", check.Reason);
            fields.WriteEndObject();
        }

        fields.WriteEndArray();
        StoredObject.WriteUnknown(fields, signature.Unknown);
        fields.WriteEndObject();

        void WriteText(string name, string? text)
        {
            if (text is not null)
            {
                fields.WriteString(name, text);
            }
        }
    }

    private static CardSignatureCheck ReadCheck(JsonElement json)
    {
        var check = new StoredObject(json, "checks");
        return new CardSignatureCheck(Verdict(check))
        {
            KeyId = check.TextOrNull("key_id"),
            Algorithm = check.TextOrNull("algorithm"),
            Issuer = check.TextOrNull("issuer"),
            Form = SignedForms.TryParse(check.TextOrNull("form")),
            Reason = check.TextOrNull("reason"),
        };
    }

    private static SignatureVerdict Verdict(StoredObject json) =>
        SignatureVerdicts.TryParse(json.Text("verdict")) ?? throw new JsonException($"'verdict' is not {SignatureVerdicts.AllNames}");
}
