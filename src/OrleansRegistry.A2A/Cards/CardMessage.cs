using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.A2A.Cards;

/// <summary>What a field of a message holds, as ProtoJSON writes it.</summary>
internal enum FieldKind
{
    Text,
    Flag,
    Texts,
    Struct,
}

/// <summary>When a field is written: REQUIRED ones always, <c>optional</c> ones where they were set, plain ones unless they have their default.</summary>
internal enum FieldPresence
{
    Required,
    Optional,
    Plain,
}

/// <param name="Name">In camelCase.</param>
internal sealed record CardField(string Name, FieldKind Kind, FieldPresence Presence = FieldPresence.Plain)
{
    public string Snake { get; } = string.Concat(Name.Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"));
}

/// <summary>
/// A message of an agent card by its fields, as far as the registry writes them. A value that is not of its field's kind is left out: readers of
/// protocol buffers refuse the whole card for it.
/// </summary>
/// <remarks>Source: A2A 1.0, 4.4, 5.7 and 8.4.1.</remarks>
internal sealed class CardMessage(params CardField[] fields)
{
    public static CardMessage Provider { get; } = new(
        new("organization", FieldKind.Text, FieldPresence.Required), new("url", FieldKind.Text, FieldPresence.Required));

    public static CardMessage Extension { get; } = new(
        new("uri", FieldKind.Text), new("description", FieldKind.Text), new("required", FieldKind.Flag), new("params", FieldKind.Struct));

    /// <summary>Without what the author demands of callers: whoever calls an agent here shows itself to the registry.</summary>
    public static CardMessage Skill { get; } = new(
        new("id", FieldKind.Text, FieldPresence.Required),
        new("name", FieldKind.Text, FieldPresence.Required),
        new("description", FieldKind.Text, FieldPresence.Required),
        new("tags", FieldKind.Texts, FieldPresence.Required),
        new("examples", FieldKind.Texts),
        new("inputModes", FieldKind.Texts),
        new("outputModes", FieldKind.Texts));

    private static readonly string[] Withheld = ["security", "securityRequirements", "security_requirements"];

    /// <summary>Writes a message with its fields in their order, and with all else that its author wrote.</summary>
    /// <param name="isStrict">Leaves out what A2A does not know, and plain fields with their default: then every reader has the same.</param>
    /// <param name="fill">Writes the value of a REQUIRED field that is missing; null where none is ever missing.</param>
    public void Write(Utf8JsonWriter json, JsonElement source, bool isStrict, Action<string>? fill = null)
    {
        if (!isStrict && IsWhole(source))
        {
            WriteRaw(json, source);
            return;
        }

        json.WriteStartObject();
        foreach (var field in fields)
        {
            if (Find(source, field) is { } value)
            {
                if (!isStrict || field.Presence != FieldPresence.Plain || !IsDefault(value))
                {
                    json.WritePropertyName(field.Name);
                    WriteRaw(json, value);
                }
            }
            else if (field.Presence == FieldPresence.Required)
            {
                json.WritePropertyName(field.Name);
                fill!(field.Name);
            }
        }

        if (!isStrict)
        {
            WriteOthers(json, source);
        }

        json.WriteEndObject();
    }

    /// <summary>The field's value, of its kind; null where there is none.</summary>
    public static JsonElement? Find(JsonElement source, CardField field) =>
        source.ValueKind == JsonValueKind.Object
        && (source.TryGetProperty(field.Name, out var value) || source.TryGetProperty(field.Snake, out value))
        && Fits(value, field.Kind)
        ? value
        : null;

    public static void WriteRaw(Utf8JsonWriter json, JsonElement value) =>
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);

    private void WriteOthers(Utf8JsonWriter json, JsonElement source)
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in source.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !IsField(member) && !Withheld.Contains(member.Name, StringComparer.Ordinal))
            {
                json.WritePropertyName(member.Name);
                WriteRaw(json, member.Value);
            }
        }
    }

    /// <summary>Whether it can stay the bytes that its author wrote.</summary>
    private bool IsWhole(JsonElement source)
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var member in source.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || Withheld.Contains(member.Name, StringComparer.Ordinal)
                || Array.Exists(fields, field => member.NameEquals(field.Snake) && field.Snake != field.Name))
            {
                return false;
            }
        }

        return Array.TrueForAll(fields, field => source.TryGetProperty(field.Name, out var value)
            ? Fits(value, field.Kind)
            : field.Presence != FieldPresence.Required);
    }

    private bool IsField(JsonProperty member) =>
        Array.Exists(fields, field => member.NameEquals(field.Name) || member.NameEquals(field.Snake));

    private static bool Fits(JsonElement value, FieldKind kind) => kind switch
    {
        FieldKind.Text => value.ValueKind == JsonValueKind.String,
        FieldKind.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        FieldKind.Texts => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String),
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private static bool IsDefault(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}
