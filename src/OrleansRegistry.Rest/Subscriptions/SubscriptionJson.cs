using System.Text.Json;

namespace OrleansRegistry.Rest.Subscriptions;

/// <summary>Writes subscriptions as answers show them.</summary>
internal static class SubscriptionJson
{
    /// <param name="secret">Shown where it was made by this request.</param>
    public static void Write(Utf8JsonWriter json, AgentSubscription subscription, string? secret = null)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, subscription.Id);
        json.WriteString("owner"u8, subscription.Owner);
        json.WriteString("url"u8, subscription.Url);
        json.WriteGiven("secret", secret);
        WriteQuery(json, subscription.Query);
        json.WriteBoolean("batch"u8, subscription.Batch);
        json.WriteTime("createdAt", subscription.CreatedAt);
        json.WriteTime("updatedAt", subscription.UpdatedAt);
        json.WriteGiven("delivered", subscription.Delivered);

        if (subscription.Failure is { } failure)
        {
            json.WriteStartObject("failure"u8);
            json.WriteString("reason"u8, failure.Reason);
            json.WriteTime("at", failure.At);
            json.WriteNumber("attempts"u8, failure.Attempts);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter json, AgentQuery query)
    {
        json.WriteStartObject("query"u8);
        if (!string.IsNullOrEmpty(query.Text))
        {
            json.WriteString("query"u8, query.Text);
        }

        WriteMembers(json, query.Any);
        Write(json, "all", query.All);
        Write(json, "not", query.Not);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, AgentFilters filters)
    {
        if (filters.Fields.Any())
        {
            json.WriteStartObject(name);
            WriteMembers(json, filters);
            json.WriteEndObject();
        }
    }

    private static void WriteMembers(Utf8JsonWriter json, AgentFilters filters)
    {
        foreach (var field in filters.Fields)
        {
            if (AgentFilterMembers.IsFlag(field))
            {
                json.WriteBoolean(field.Name, filters[field][0] == "true");
                continue;
            }

            json.WriteStartArray(field.Plural ?? field.Name);
            foreach (var value in filters[field])
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }
}
