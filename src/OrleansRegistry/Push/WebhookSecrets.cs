using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Push;

/// <summary>What of a webhook's configuration is shown: its credentials are used, and never read back.</summary>
internal static class WebhookSecrets
{
    /// <param name="hidesToken">Hides the client's own secret too, for readers that are not its owner.</param>
    public static TaskWebhook Shown(TaskWebhook webhook, bool hidesToken = false)
    {
        using var document = JsonDocument.Parse(webhook.Config.Utf8, JsonInput.Stored);
        var config = document.RootElement;
        return config.TryGetProperty("authentication"u8, out _) || (hidesToken && config.TryGetProperty("token"u8, out _))
            ? webhook with { Config = FieldsWriter.Write((config, hidesToken), static (json, shown) => Write(json, shown.config, shown.hidesToken)) }
            : webhook;
    }

    private static void Write(Utf8JsonWriter json, JsonElement config, bool hidesToken)
    {
        foreach (var member in config.EnumerateObject())
        {
            if (member.NameEquals("authentication"u8))
            {
                WriteAuthentication(json, member.Value);
            }
            else if (!hidesToken || !member.NameEquals("token"u8))
            {
                Write(json, member);
            }
        }
    }

    /// <summary>What is not an object may be anything, a secret too.</summary>
    private static void WriteAuthentication(Utf8JsonWriter json, JsonElement authentication)
    {
        if (authentication.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        json.WriteStartObject("authentication"u8);
        foreach (var member in authentication.EnumerateObject())
        {
            if (!member.NameEquals("credentials"u8))
            {
                Write(json, member);
            }
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
    }
}
