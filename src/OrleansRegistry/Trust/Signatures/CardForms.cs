using System.Buffers;
using System.Text.Json;

namespace OrleansRegistry.Trust.Signatures;

/// <summary>The bytes of a card that a signature may be over. A card's own signatures are in none.</summary>
/// <remarks>Source: A2A 1.0, 8.4; RFC 8785.</remarks>
internal sealed class CardForms(JsonElement card)
{
    public const string Signatures = "signatures";

    private readonly Dictionary<SignedForm, ReadOnlyMemory<byte>> made = [];

    /// <summary>All of them, in the order in which they are tried.</summary>
    public static SignedForm[] All { get; } = Enum.GetValues<SignedForm>();

    /// <exception cref="FormatException">A number is larger than a double holds.</exception>
    public ReadOnlyMemory<byte> Of(SignedForm form)
    {
        if (!made.TryGetValue(form, out var bytes))
        {
            made[form] = bytes = Make(form);
        }

        return bytes;
    }

    /// <summary>Whether its bytes are others than those of all forms before it: else what is found of those is found of it.</summary>
    /// <inheritdoc cref="Of"/>
    public bool IsNew(SignedForm form) => !All.TakeWhile(one => one != form).Any(one => Of(one).Span.SequenceEqual(Of(form).Span));

    private ReadOnlyMemory<byte> Make(SignedForm form)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var member in card.EnumerateObject())
            {
                if (!member.NameEquals(Signatures))
                {
                    WriteMember(json, member, CardShape.Card, form);
                }
            }

            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, JsonInput.Stored);
        return Jcs.Write(document.RootElement);
    }

    private static void WriteMember(Utf8JsonWriter json, JsonProperty member, CardShape shape, SignedForm form)
    {
        var field = shape.Find(member.Name);
        if (form != SignedForm.AsWritten && field is not null && IsLeftOut(member.Value, field, form))
        {
            return;
        }

        json.WritePropertyName(member.Name);
        Write(json, member.Value, form == SignedForm.AsWritten ? null : field?.Shape, form);
    }

    /// <param name="shape">Null: it is written as it is.</param>
    private static void Write(Utf8JsonWriter json, JsonElement value, CardShape? shape, SignedForm form)
    {
        if (shape is null)
        {
            value.WriteTo(json);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                WriteMember(json, member, shape, form);
            }

            json.WriteEndObject();
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            json.WriteStartArray();
            foreach (var item in value.EnumerateArray())
            {
                Write(json, item, shape, form);
            }

            json.WriteEndArray();
        }
        else
        {
            value.WriteTo(json);
        }
    }

    /// <summary>
    /// An entry of a map, and which field of a oneof there is, say something by their names alone: one scheme that is asked for is not none, and a scheme of
    /// one kind is not one of another.
    /// </summary>
    private static bool IsLeftOut(JsonElement value, CardShapeField field, SignedForm form) => !field.IsEntry && value.ValueKind switch
    {
        // ProtoJSON has no null: it is a field that was not set.
        JsonValueKind.Null => true,
        _ when field.IsChoice => false,
        JsonValueKind.String => value.ValueEquals(""u8) && (!field.IsKept || form != SignedForm.DefaultsOmitted),
        JsonValueKind.False => !field.IsKept || form == SignedForm.AllDefaultsOmitted,
        JsonValueKind.Number => value.GetDouble() == 0 && (!field.IsKept || form == SignedForm.AllDefaultsOmitted),
        JsonValueKind.Array => value.GetArrayLength() == 0 && (!field.IsKept || form != SignedForm.DefaultsOmitted),
        JsonValueKind.Object => form == SignedForm.DefaultsOmitted
            ? !field.IsKept && !value.EnumerateObject().MoveNext()
            : value.EnumerateObject().All(member => field.Shape?.Find(member.Name) is { } inner && IsLeftOut(member.Value, inner, form)),
        _ => false,
    };
}
