using System.Text.Json;

namespace OrleansRegistry.Subscriptions;

/// <summary>Subscriptions as stores hold them: the document is the query, and all else is in the fields.</summary>
internal static class SubscriptionKind
{
    /// <summary>The name of the state, for the store's codecs.</summary>
    public const string StateName = "subscription";

    public static RecordColumn Owner { get; } = RecordColumn.Text("owner", required: true);

    public static RecordColumn CreatedAt { get; } = RecordColumn.Time("created_at", required: true);

    /// <summary>When it was saved; of one that was given up, nothing.</summary>
    public static RecordColumn ActiveSince { get; } = RecordColumn.Time("active_since");

    public static RecordKind Kind { get; } = new()
    {
        Number = 12,
        Name = "subscription",
        Table = "subscription_records",
        Columns = [Owner, CreatedAt, ActiveSince],
        Orders = [new RecordOrder(CreatedAt)],
        Groups = [Owner],
        Due = [ActiveSince],
    };

    public static RecordBody Write(SubscriptionHead head) => new(head.Query, FieldsWriter.Write(head, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static SubscriptionHead Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        _ = fields.Has("active_since");
        _ = StoredQuery.Read(stored.Body.Document);
        return new SubscriptionHead
        {
            Owner = fields.Text("owner"),
            Url = fields.Text("url"),
            Query = stored.Body.Document,
            Secret = fields.Text("secret"),
            SecretBefore = fields.TextOrNull("secret_before"),
            SecretBeforeUntil = fields.TimeOrNull("secret_before_until"),
            Batch = fields.Flag("batch"),
            CreatedAt = fields.Time("created_at"),
            UpdatedAt = fields.Time("updated_at"),
            Saves = fields.Number("saves"),
            Delivered = fields.NumberOrNull("delivered"),
            Failure = fields.ObjectOrNull("failure") is { } failure
                ? new WebhookFailure(failure.Text("reason"), failure.Time("at"), (int)failure.Number("attempts")) { Unknown = failure.Unknown() }
                : null,
            Unknown = new UnknownMembers(default, fields.Unknown()),
        };
    });

    private static void WriteFields(Utf8JsonWriter json, SubscriptionHead head)
    {
        json.WriteString("owner"u8, head.Owner);
        json.WriteString("url"u8, head.Url);
        json.WriteString("secret"u8, head.Secret);
        if (head is { SecretBefore: { } before, SecretBeforeUntil: { } until })
        {
            json.WriteString("secret_before"u8, before);
            json.WriteString("secret_before_until"u8, until);
        }

        json.WriteBoolean("batch"u8, head.Batch);
        json.WriteString("created_at"u8, head.CreatedAt);
        json.WriteString("updated_at"u8, head.UpdatedAt);
        json.WriteNumber("saves"u8, head.Saves);
        json.WriteGiven("delivered", head.Delivered);

        if (head.Failure is { } failure)
        {
            json.WriteStartObject("failure"u8);
            json.WriteString("reason"u8, failure.Reason);
            json.WriteString("at"u8, failure.At);
            json.WriteNumber("attempts"u8, failure.Attempts);
            StoredObject.WriteUnknown(json, failure.Unknown);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("active_since"u8, head.UpdatedAt);
        }

        StoredObject.WriteUnknown(json, head.Unknown.Fields);
    }
}
