using System.Text.Json;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>
/// Reviews as stores hold them, under the key of the agent that they are about: the document is the card that waits, and all else is in the fields. No grain
/// keeps them: writers exchange them by their versions.
/// </summary>
internal static class ReviewKind
{
    public static RecordColumn State { get; } = RecordColumn.Text("state", required: true);

    public static RecordColumn RequestedBy { get; } = RecordColumn.Text("requested_by", required: true);

    public static RecordColumn RequestedAt { get; } = RecordColumn.Time("requested_at", required: true);

    public static RecordColumn DueAt { get; } = RecordColumn.Time("due_at");

    public static RecordKind Kind { get; } = new()
    {
        Number = 19,
        Name = "review",
        Table = "review_records",
        Columns = [State, RequestedBy, RequestedAt, DueAt],
        Orders = [new RecordOrder(RequestedAt)],
        Groups = [RequestedBy, State],
        Due = [DueAt],
    };

    public static RecordBody Write(StoredReview review) => new(review.Held.Card, FieldsWriter.Write(review, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static StoredReview Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var fields = new StoredObject(document.RootElement, "fields");
        return new StoredReview
        {
            Id = fields.Text("id"),
            State = ReviewStates.TryParse(fields.Text("state")) ?? throw new JsonException($"'state' is not {ReviewStates.AllNames}"),
            Base = fields.TimeOrNull("base_created_at") is { } created ? new SignedSubject(created, fields.Number("base_version")) : null,
            RequestedBy = fields.Text("requested_by"),
            ActsAs = fields.Text("acts_as"),
            RequestedAt = fields.Time("requested_at"),
            DecidedBy = fields.TextOrNull("decided_by"),
            DecidedAt = fields.TimeOrNull("decided_at"),
            Reason = fields.TextOrNull("reason"),
            IsApplied = fields.Has("applied") && fields.Flag("applied"),
            DueAt = fields.TimeOrNull("due_at"),
            Attempts = (int)Math.Min(fields.NumberOrNull("attempts") ?? 0, int.MaxValue),
            Notices = fields.Array("notices", json => ReadNotice(new StoredObject(json, "notices"))),
            Held = HeldJson.Read(
                fields.ObjectOrNull("held") ?? throw new JsonException("'held' is missing"), stored.Key.Id, stored.Body.Document),
            Unknown = fields.Unknown(),
        };
    });

    private static ReviewNotice ReadNotice(StoredObject notice) => new(notice.Text("id"), notice.Raw("body"));

    private static void WriteFields(Utf8JsonWriter json, StoredReview review)
    {
        json.WriteString("id"u8, review.Id);
        json.WriteString("state"u8, review.State.ToName());
        if (review.Base is { } before)
        {
            json.WriteString("base_created_at"u8, before.Created);
            json.WriteNumber("base_version"u8, before.Version);
        }

        json.WriteString("requested_by"u8, review.RequestedBy);
        json.WriteString("acts_as"u8, review.ActsAs);
        json.WriteString("requested_at"u8, review.RequestedAt);
        json.WriteGiven("decided_by", review.DecidedBy);

        json.WriteGiven("decided_at", review.DecidedAt);

        json.WriteGiven("reason", review.Reason);

        if (review.IsApplied)
        {
            json.WriteBoolean("applied"u8, true);
        }

        json.WriteGiven("due_at", review.DueAt);

        if (review.Attempts > 0)
        {
            json.WriteNumber("attempts"u8, review.Attempts);
        }

        if (review.Notices.Count > 0)
        {
            json.WriteStartArray("notices"u8);
            foreach (var notice in review.Notices)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, notice.Id);
                json.WritePropertyName("body"u8);
                json.WriteRawValue(notice.Body.Span, skipInputValidation: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("held"u8);
        HeldJson.Write(json, review.Held);
        json.WriteEndObject();
        StoredObject.WriteUnknown(json, review.Unknown);
    }
}
