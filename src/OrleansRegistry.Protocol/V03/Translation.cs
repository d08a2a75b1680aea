using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Protocol.V03;

/// <summary>Writes one JSON value in the shape of the other version of A2A.</summary>
internal delegate void Translation(JsonElement source, Utf8JsonWriter target);

/// <summary>Writes a member of an object in the shape of the other version.</summary>
/// <returns>False: it is the same in both, and to be copied.</returns>
internal delegate bool MemberTranslation(string name, JsonElement value, Utf8JsonWriter target);

/// <summary>What all translations are made of.</summary>
internal static class Translations
{
    private static readonly JsonWriterOptions AsWritten = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonInput.Stored.MaxDepth + 16,
    };

    /// <summary>The names of A2A 0.3 and 1.0 as older clients spell them.</summary>
    private static readonly FrozenDictionary<string, string> CamelCase = new[]
    {
        "acceptedOutputModes", "additionalInterfaces", "artifactId", "authorizationCode", "authorizationUrl", "bearerFormat", "clientCredentials",
        "configId", "contextId", "defaultInputModes", "defaultOutputModes", "deviceCode", "documentationUrl", "extendedAgentCard", "historyLength",
        "iconUrl", "inputModes", "lastChunk", "mediaType", "messageId", "mimeType", "oauth2MetadataUrl", "openIdConnectUrl", "outputModes",
        "preferredTransport", "protocolBinding", "protocolVersion", "pushNotificationConfig", "pushNotificationConfigId", "pushNotifications",
        "referenceTaskIds", "refreshUrl", "returnImmediately", "securityRequirements", "securitySchemes", "stateTransitionHistory",
        "supportedInterfaces", "supportsAuthenticatedExtendedCard", "taskId", "taskPushNotificationConfig", "tokenUrl",
    }.ToFrozenDictionary(SnakeCase, StringComparer.Ordinal);

    private static readonly FrozenSet<string> NeverEmpty = new[]
    {
        "messageId", "taskId", "contextId", "artifactId", "referenceTaskIds", "extensions", "metadata", "history", "artifacts", "message",
        "configuration",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Translates a document that <see cref="JsonInput"/> has read before.</summary>
    public static ReadOnlyMemory<byte> Apply(this Translation translation, ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, JsonInput.Stored);
        return translation.Apply(document.RootElement);
    }

    /// <summary>Translates a value into a document of its own.</summary>
    public static ReadOnlyMemory<byte> Apply(this Translation translation, JsonElement source)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, AsWritten))
        {
            translation(source, json);
        }

        return output.WrittenMemory;
    }

    /// <summary>
    /// Writes an object with the members that <paramref name="each"/> translates, and the rest as they are. What is no object is written as it is.
    /// A member that stands for nothing is left out: absent is never null in A2A 1.0.
    /// </summary>
    /// <param name="kind">The member <c>kind</c> that comes first; null for none.</param>
    public static void Object(JsonElement source, Utf8JsonWriter target, MemberTranslation each, string? kind = null)
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            Copy(source, target);
            return;
        }

        target.WriteStartObject();
        target.WriteGiven("kind", kind);
        Members(source, target, each);
        target.WriteEndObject();
    }

    /// <summary>Writes the members of an object, as <see cref="Object"/> does.</summary>
    public static void Members(JsonElement source, Utf8JsonWriter target, MemberTranslation each)
    {
        foreach (var member in source.EnumerateObject())
        {
            if (TryName(source, member.Name, out var name) && !IsAbsent(name, member.Value) && !each(name, member.Value, target))
            {
                Copy(name, member.Value, target);
            }
        }
    }

    /// <summary>Writes a member with each item of an array translated. What is no array is written as it is.</summary>
    /// <returns>True.</returns>
    public static bool Array(string name, JsonElement source, Utf8JsonWriter target, Translation item)
    {
        target.WritePropertyName(name);
        if (source.ValueKind != JsonValueKind.Array)
        {
            Copy(source, target);
            return true;
        }

        target.WriteStartArray();
        foreach (var value in source.EnumerateArray())
        {
            item(value, target);
        }

        target.WriteEndArray();
        return true;
    }

    /// <summary>Writes a member whose value is translated.</summary>
    /// <returns>True.</returns>
    public static bool Member(string name, JsonElement source, Utf8JsonWriter target, Translation translation)
    {
        target.WritePropertyName(name);
        translation(source, target);
        return true;
    }

    /// <summary>Writes a member with another name.</summary>
    /// <returns>True.</returns>
    public static bool Rename(string name, JsonElement source, Utf8JsonWriter target)
    {
        Copy(name, source, target);
        return true;
    }

    /// <summary>Writes a member as it is.</summary>
    public static void Copy(string name, JsonElement value, Utf8JsonWriter target)
    {
        target.WritePropertyName(name);
        Copy(value, target);
    }

    /// <summary>Writes a value with its own bytes, so that numbers keep their spelling.</summary>
    public static void Copy(JsonElement value, Utf8JsonWriter target) =>
        target.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);

    /// <summary>A member that is there and stands for something, by its name in camelCase or snake_case.</summary>
    public static bool TryGet(JsonElement source, string name, out JsonElement value)
    {
        value = default;
        return source.ValueKind == JsonValueKind.Object
            && ((source.TryGetProperty(name, out value) && !IsAbsent(name, value))
                || (source.TryGetProperty(SnakeCase(name), out value) && !IsAbsent(name, value)));
    }

    /// <summary>Null, and the empty string where a member has no other use for it.</summary>
    public static bool IsAbsent(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || (Is(value, ""u8) && NeverEmpty.Contains(name));

    public static bool Is(JsonElement value, ReadOnlySpan<byte> text) => value.ValueKind == JsonValueKind.String && value.ValueEquals(text);

    /// <summary>The name of a member in camelCase.</summary>
    /// <returns>False: the object has a member of that name too, which counts.</returns>
    private static bool TryName(JsonElement source, string given, out string name)
    {
        if (!given.Contains('_', StringComparison.Ordinal) || !CamelCase.TryGetValue(given, out var camel))
        {
            name = given;
            return true;
        }

        name = camel;
        return !source.TryGetProperty(camel, out var other) || IsAbsent(camel, other);
    }

    private static string SnakeCase(string camel) => JsonNamingPolicy.SnakeCaseLower.ConvertName(camel);
}
