using System.Text.Json;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Writes reviews as answers show them.</summary>
internal static class ReviewJson
{
    public const string Waits = "Agent card waits for a review";

    /// <summary>As the member <c>review</c>; nothing where there is none.</summary>
    public static void WriteMember(Utf8JsonWriter json, AgentReview? review)
    {
        if (review is not null)
        {
            json.WritePropertyName("review"u8);
            Write(json, review);
        }
    }

    public static void Write(Utf8JsonWriter json, AgentReview review)
    {
        json.WriteStartObject();
        json.WriteString("agent_id"u8, review.AgentId);
        json.WriteString("id"u8, review.Id);
        json.WriteString("state"u8, review.State.ToName());
        json.WriteString("change"u8, review.IsNew ? "new"u8 : "card"u8);
        json.WriteString("requested_by"u8, review.RequestedBy);
        json.WriteTime("requested_at", review.RequestedAt);
        json.WriteGiven("decided_by", review.DecidedBy);

        json.WriteTime("decided_at", review.DecidedAt);

        json.WriteGiven("reason", review.Reason);

        if (!review.Card.IsEmpty)
        {
            json.WritePropertyName("agent_card"u8);
            json.WriteRawValue(review.Card.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
