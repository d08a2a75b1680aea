using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Storage;

/// <summary>
/// Reads one JSON object of a record. It remembers which members it was asked for; the others, which a newer version wrote, are carried through the
/// next write of the record: <see cref="Unknown"/> and <see cref="WriteUnknown"/>.
/// </summary>
internal sealed class StoredObject
{
    private readonly JsonElement json;
    private readonly List<string> asked = new(16);

    /// <exception cref="JsonException">It is not an object.</exception>
    public StoredObject(JsonElement json, string what)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(what, json, "an object");
        }

        this.json = json;
    }

    public bool Has(string name) => Find(name) is not null;

    /// <exception cref="JsonException">It is missing, or not a string.</exception>
    public string Text(string name) => TextOrNull(name) ?? throw Missing(name);

    /// <exception cref="JsonException">It is not a string.</exception>
    public string? TextOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "a string");
    }

    /// <exception cref="JsonException">It is missing, or not a whole number from 0.</exception>
    public long Number(string name) => NumberOrNull(name) ?? throw Missing(name);

    /// <exception cref="JsonException">It is not a whole number from 0.</exception>
    public long? NumberOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
            ? number
            : throw Wrong(name, value, "a whole number from 0");
    }

    /// <summary>A number, which may have a fraction.</summary>
    /// <exception cref="JsonException">It is missing, or not a number.</exception>
    public double Fraction(string name)
    {
        var value = Find(name) ?? throw Missing(name);
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(name, value, "a number");
    }

    /// <exception cref="JsonException">It is missing, or not a time.</exception>
    public DateTimeOffset Time(string name) => TimeOrNull(name) ?? throw Missing(name);

    /// <exception cref="JsonException">It is not a time.</exception>
    public DateTimeOffset? TimeOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : throw Wrong(name, value, "a time");
    }

    /// <exception cref="JsonException">It is missing, or neither true nor false.</exception>
    public bool Flag(string name)
    {
        var value = Find(name) ?? throw Missing(name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, value, "true or false");
    }

    /// <summary>The bytes of an object; empty where there is no such member.</summary>
    /// <exception cref="JsonException">It is not an object.</exception>
    public RawJson Raw(string name)
    {
        if (Find(name) is not { } value)
        {
            return default;
        }

        return value.ValueKind == JsonValueKind.Object ? JsonInput.Copy(value) : throw Wrong(name, value, "an object");
    }

    /// <exception cref="JsonException">It is not an object.</exception>
    public StoredObject? ObjectOrNull(string name) => Find(name) is { } value ? new StoredObject(value, name) : null;

    /// <summary>The texts of an object by their names; null where there is no such member.</summary>
    /// <exception cref="JsonException">It is not an object of texts.</exception>
    public Dictionary<string, string>? TextsOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(member => member.Name, TextOf, StringComparer.Ordinal)
            : throw Wrong(name, value, "an object");

        static string TextOf(JsonProperty member) =>
            member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw Wrong(member.Name, member.Value, "a text");
    }

    /// <summary>The items of an array, each as <paramref name="read"/> makes it; none where there is no such member.</summary>
    /// <exception cref="JsonException">It is not an array.</exception>
    public T[] Array<T>(string name, Func<JsonElement, T> read)
    {
        if (Find(name) is not { } array)
        {
            return [];
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, array, "an array");
        }

        var items = new T[array.GetArrayLength()];
        var next = 0;
        foreach (var item in array.EnumerateArray())
        {
            items[next++] = read(item);
        }

        return items;
    }

    /// <summary>The members that were not read, as one JSON object; empty if there are none. Called last.</summary>
    public RawJson Unknown()
    {
        List<JsonProperty>? unknown = null;
        foreach (var member in json.EnumerateObject())
        {
            if (!IsAsked(member))
            {
                (unknown ??= []).Add(member);
            }
        }

        return unknown is null ? default : FieldsWriter.Write(unknown, static (json, members) =>
        {
            foreach (var member in members)
            {
                Write(json, member);
            }
        });
    }

    /// <summary>Writes what <see cref="Unknown"/> gave into the object that takes the place of the one read.</summary>
    public static void WriteUnknown(Utf8JsonWriter json, RawJson unknown)
    {
        if (unknown.IsEmpty)
        {
            return;
        }

        using var members = JsonDocument.Parse(unknown.Utf8, JsonInput.Stored);
        foreach (var member in members.RootElement.EnumerateObject())
        {
            Write(json, member);
        }
    }

    private static void Write(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
    }

    private bool IsAsked(JsonProperty member)
    {
        foreach (var name in asked)
        {
            if (member.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private JsonElement? Find(string name)
    {
        asked.Add(name);
        return json.TryGetProperty(name, out var value) ? value : null;
    }

    private static JsonException Missing(string name) => new($"'{name}' is missing");

    private static JsonException Wrong(string name, JsonElement value, string expected) =>
        new($"'{name}' is {JsonInput.Describe(value)}, not {expected}");
}
