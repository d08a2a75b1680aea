using System.Text.Json;
using NpgsqlTypes;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The columns of <c>agent_cards</c>: what they hold of an agent, and how they are sent.</summary>
internal static class CardColumns
{
    private const char Separator = '\u001f';

    /// <summary>The longest value of an array that a GIN index is given; longer ones are left out of it.</summary>
    private const int MaxIndexedLength = 500;

    /// <summary>Each takes what <see cref="Of"/> made. An expression may use the agent's row <c>a</c>.</summary>
    public static IReadOnlyList<QueryColumn> All { get; } =
    [
        new QueryColumn<Row, bool>("card", NpgsqlDbType.Boolean, "CASE WHEN i.card THEN registry_jsonb(a.document) END", _ => true),
        new QueryColumn<Row, string?>("name", NpgsqlDbType.Text, "i.name", row => row.Name),
        new QueryColumn<Row, bool?>("enabled", NpgsqlDbType.Boolean, "i.enabled", row => row.Enabled),
        new QueryColumn<Row, DateTime?>("created_at", NpgsqlDbType.TimestampTz, "i.created_at", row => row.CreatedAt),
        new QueryColumn<Row, DateTime?>("updated_at", NpgsqlDbType.TimestampTz, "i.updated_at", row => row.UpdatedAt),
        new QueryColumn<Row, string?>("tags", NpgsqlDbType.Text, @"string_to_array(i.tags, E'\x1f')", row => row.Tags),
        new QueryColumn<Row, string?>("skills", NpgsqlDbType.Text, @"string_to_array(i.skills, E'\x1f')", row => row.Skills),
    ];

    /// <summary>What the columns of a stored agent hold; null where its document is no card: the store keeps what it is given.</summary>
    public static object? Of(RecordBody body)
    {
        if (body.Document.IsEmpty || ReadCard(body.Document) is not { } card)
        {
            return null;
        }

        var fields = ReadFields(body.Fields);
        return new Row(
            ColumnText.Clean(card.Name),
            fields.Enabled,
            fields.CreatedAt,
            fields.UpdatedAt,
            Join(card.Tags),
            Join(card.Skills.SelectMany(skill => (string?[])[skill.Id, skill.Name]).OfType<string>().Distinct(StringComparer.Ordinal)));
    }

    private static AgentCard? ReadCard(RawJson document)
    {
        try
        {
            return AgentCard.Read(document);
        }
        catch (Exception unusable) when (unusable is JsonException or RegistryException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (bool? Enabled, DateTime? CreatedAt, DateTime? UpdatedAt) ReadFields(RawJson fields)
    {
        try
        {
            using var document = JsonDocument.Parse(fields.Utf8);
            var root = document.RootElement;
            return (
                root.TryGetProperty("enabled"u8, out var enabled) ? enabled.GetBoolean() : null,
                root.TryGetProperty("created_at"u8, out var created) ? created.GetDateTimeOffset().UtcDateTime : null,
                root.TryGetProperty("updated_at"u8, out var updated) ? updated.GetDateTimeOffset().UtcDateTime : null);
        }
        catch (Exception unusable) when (unusable is JsonException or InvalidOperationException or FormatException)
        {
            return default;
        }
    }

    private static string Join(IEnumerable<string> values) =>
        string.Join(Separator, values.Where(value => value.Length is > 0 and <= MaxIndexedLength && !value.Contains(Separator)).Select(ColumnText.Clean));

    private sealed record Row(string Name, bool? Enabled, DateTime? CreatedAt, DateTime? UpdatedAt, string Tags, string Skills);
}
