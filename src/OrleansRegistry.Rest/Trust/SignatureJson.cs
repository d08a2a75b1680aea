using System.Text.Json;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Writes what was found of a card's signatures.</summary>
internal static class SignatureJson
{
    /// <summary>The member <c>signature</c> of an agent's record, with a comma before it; empty where there is nothing of it.</summary>
    public static ReadOnlySpan<byte> Of(AgentSignature? signature)
    {
        if (signature is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, signature);
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    /// <summary>The same member within an object; nothing where there is nothing of it.</summary>
    public static void Write(Utf8JsonWriter json, AgentSignature? signature)
    {
        if (signature is null)
        {
            return;
        }

        json.WriteStartObject("signature"u8);
        json.WriteString("verdict"u8, signature.Verdict.ToName());
        json.WriteTime("checked_at", signature.CheckedAt);
        if (signature.AwaitsKeys)
        {
            json.WriteBoolean("awaits_keys"u8, true);
        }

        json.WriteGiven("issuer", signature.Issuer);
        json.WriteStartArray("checks"u8);
        foreach (var check in signature.Checks)
        {
            json.WriteStartObject();
            json.WriteString("verdict"u8, check.Verdict.ToName());
            json.WriteGiven("key_id", check.KeyId);
            json.WriteGiven("algorithm", check.Algorithm);
            json.WriteGiven("issuer", check.Issuer);
            json.WriteGiven("form", check.Form?.ToName());
            json.WriteGiven("reason", check.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
