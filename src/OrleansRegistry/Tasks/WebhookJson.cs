using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>The webhooks of a task, as stores hold them.</summary>
internal static class WebhookJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<TaskWebhook> webhooks)
    {
        json.WriteStartArray("webhooks"u8);
        foreach (var webhook in webhooks)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, webhook.Id);
            json.WritePropertyName("config"u8);
            json.WriteRawValue(webhook.Config.Span, skipInputValidation: true);
            json.WriteGiven("delivered", webhook.Delivered);

            if (webhook.Since > 0)
            {
                json.WriteNumber("since"u8, webhook.Since);
            }

            if (webhook.Failure is { } failure)
            {
                json.WriteStartObject("failure"u8);
                json.WriteString("reason"u8, failure.Reason);
                json.WriteString("at"u8, failure.At);
                json.WriteNumber("attempts"u8, failure.Attempts);
                StoredObject.WriteUnknown(json, failure.Unknown);
                json.WriteEndObject();
            }

            StoredObject.WriteUnknown(json, webhook.Unknown);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static TaskWebhook Read(JsonElement json)
    {
        var webhook = new StoredObject(json, "webhooks");
        return new TaskWebhook(webhook.Text("id"), webhook.Raw("config"))
        {
            Delivered = webhook.NumberOrNull("delivered"),
            Failure = webhook.ObjectOrNull("failure") is { } failure ? ReadFailure(failure) : null,
            Since = webhook.NumberOrNull("since") ?? 0,
            Unknown = webhook.Unknown(),
        };
    }

    private static WebhookFailure ReadFailure(StoredObject failure) =>
        new(failure.Text("reason"), failure.Time("at"), (int)failure.Number("attempts")) { Unknown = failure.Unknown() };
}
