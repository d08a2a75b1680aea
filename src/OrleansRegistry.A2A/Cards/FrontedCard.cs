using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.A2A.Cards;

/// <summary>One interface of a card.</summary>
/// <param name="Tenant">What clients put into <c>tenant</c> of each request; null for nothing.</param>
internal sealed record FrontedInterface(string Url, string Binding, string Version, string? Tenant = null);

/// <summary>What an agent can do through the registry.</summary>
internal readonly record struct FrontedCapabilities(bool Streaming, bool PushNotifications);

/// <summary>
/// Makes the card of an agent that the registry fronts: the author's, in the shape of A2A 1.0, with interfaces that lead here and the capabilities
/// that the agent has here. What the author signed, and how the author's own server wants to be called, is left out: the author's card has it.
/// Unless it is strict, it has beside that what clients of A2A 0.3 read, and others pass over.
/// </summary>
/// <remarks>Source: A2A 1.0, 4.4.1 and 8.</remarks>
internal static class FrontedCard
{
    /// <summary>The extension by which a card says where its author's is: <c>params.url</c>.</summary>
    public const string AuthorCardExtension = "urn:orleans-registry:author-card:1";

    private static readonly CardField Name = new("name", FieldKind.Text);
    private static readonly CardField Description = new("description", FieldKind.Text);
    private static readonly CardField Version = new("version", FieldKind.Text);
    private static readonly CardField DocumentationUrl = new("documentationUrl", FieldKind.Text);
    private static readonly CardField IconUrl = new("iconUrl", FieldKind.Text);
    private static readonly CardField Tags = new("tags", FieldKind.Texts);
    private static readonly CardField Provider = new("provider", FieldKind.Struct);
    private static readonly CardField Capabilities = new("capabilities", FieldKind.Struct);
    private static readonly CardField ExtensionUri = new("uri", FieldKind.Text);

    /// <summary>What is written anew, or left out.</summary>
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "name", "description", "supportedInterfaces", "provider", "version", "documentationUrl", "capabilities", "securitySchemes",
        "securityRequirements", "defaultInputModes", "defaultOutputModes", "skills", "signatures", "iconUrl",
        "url", "preferredTransport", "protocolVersion", "additionalInterfaces", "security", "supportsAuthenticatedExtendedCard",
    };

    private static readonly string[] AnyText = ["text/plain", "application/json"];

    private static readonly JsonWriterOptions AsWritten = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonInput.Stored.MaxDepth + 16,
    };

    /// <param name="interfaces">In the order of preference.</param>
    /// <param name="authorCard">Where the author's card is.</param>
    /// <param name="isStrict">As <see cref="CardMessage.Write"/> has it: for a card that is to be signed.</param>
    public static ReadOnlyMemory<byte> Make(
        AgentRecord agent, FrontedCapabilities able, IReadOnlyList<FrontedInterface> interfaces, string authorCard, bool isStrict)
    {
        var output = new ArrayBufferWriter<byte>(agent.Card.Length + 1024);
        using var author = JsonDocument.Parse(agent.Card.Utf8, JsonInput.Stored);
        if (!CardShape.IsV03(author.RootElement))
        {
            Write(output, agent, able, author.RootElement, interfaces, authorCard, isStrict);
            return output.WrittenMemory;
        }

        using var translated = JsonDocument.Parse(((Translation)CardShape.ToV10).Apply(author.RootElement), JsonInput.Stored);
        Write(output, agent, able, translated.RootElement, interfaces, authorCard, isStrict);
        return output.WrittenMemory;
    }

    private static void Write(
        ArrayBufferWriter<byte> output,
        AgentRecord agent,
        FrontedCapabilities able,
        JsonElement card,
        IReadOnlyList<FrontedInterface> interfaces,
        string authorCard,
        bool isStrict)
    {
        using var json = new Utf8JsonWriter(output, AsWritten);
        var name = Text(card, Name) ?? agent.Id;
        var description = Text(card, Description) ?? name;
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("description"u8, description);
        WriteInterfaces(json, interfaces);
        if (!isStrict && interfaces.FirstOrDefault(one => one.Version == "0.3") is { } legacy)
        {
            json.WriteString("url"u8, legacy.Url);
            json.WriteString("preferredTransport"u8, legacy.Binding);
            json.WriteString("protocolVersion"u8, CardShape.Version);
        }

        WriteProvider(json, card, isStrict);
        json.WriteString("version"u8, Text(card, Version) ?? agent.Revision.ToString(CultureInfo.InvariantCulture));
        WriteOptional(json, card, DocumentationUrl);
        WriteCapabilities(json, card, able, authorCard, isStrict);
        WriteModes(json, card, "defaultInputModes");
        WriteModes(json, card, "defaultOutputModes");
        WriteSkills(json, card, name, description, isStrict);
        WriteOptional(json, card, IconUrl);
        if (!isStrict)
        {
            WriteOthers(json, card);
        }

        json.WriteEndObject();
    }

    private static void WriteInterfaces(Utf8JsonWriter json, IReadOnlyList<FrontedInterface> interfaces)
    {
        json.WriteStartArray("supportedInterfaces"u8);
        foreach (var (url, binding, version, tenant) in interfaces)
        {
            json.WriteStartObject();
            json.WriteString("url"u8, url);
            json.WriteString("protocolBinding"u8, binding);
            json.WriteGiven("tenant", tenant);
            json.WriteString("protocolVersion"u8, version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Cards name their provider in several ways; one without an organization is left out.</summary>
    private static void WriteProvider(Utf8JsonWriter json, JsonElement card, bool isStrict)
    {
        var organization = card.TryGetProperty("provider", out var provider) && provider.ValueKind == JsonValueKind.String
            ? provider.GetString()
            : null;
        if (CardMessage.Find(card, Provider) is { } found)
        {
            organization = Text(found, new("organization", FieldKind.Text)) ?? Text(found, Name);
        }

        if (organization is null)
        {
            return;
        }

        json.WritePropertyName("provider"u8);
        CardMessage.Provider.Write(json, provider, isStrict, field => json.WriteStringValue(field == "organization" ? organization : ""));
    }

    private static void WriteCapabilities(Utf8JsonWriter json, JsonElement card, FrontedCapabilities able, string authorCard, bool isStrict)
    {
        json.WriteStartObject("capabilities"u8);
        json.WriteBoolean("streaming"u8, able.Streaming);
        json.WriteBoolean("pushNotifications"u8, able.PushNotifications);
        json.WriteStartArray("extensions"u8);
        var capabilities = CardMessage.Find(card, Capabilities) ?? default;
        foreach (var extension in Items(capabilities, "extensions").Where(extension => Text(extension, ExtensionUri) is not null))
        {
            CardMessage.Extension.Write(json, extension, isStrict);
        }

        json.WriteStartObject();
        json.WriteString("uri"u8, AuthorCardExtension);
        json.WriteString("description"u8, "This card is the registry's. The one that the agent's author registered is at params.url."u8);
        json.WriteStartObject("params"u8);
        json.WriteString("url"u8, authorCard);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("extendedAgentCard"u8, false);
        json.WriteEndObject();
    }

    private static void WriteModes(Utf8JsonWriter json, JsonElement card, string name)
    {
        json.WritePropertyName(name);
        if (CardMessage.Find(card, new CardField(name, FieldKind.Texts)) is { } modes && modes.GetArrayLength() > 0)
        {
            CardMessage.WriteRaw(json, modes);
        }
        else
        {
            WriteTexts(json, AnyText);
        }
    }

    /// <summary>A card has one skill at least: where the author names none, what the agent is.</summary>
    private static void WriteSkills(Utf8JsonWriter json, JsonElement card, string name, string description, bool isStrict)
    {
        json.WriteStartArray("skills"u8);
        var written = 0;
        foreach (var skill in Items(card, "skills").Where(skill => skill.ValueKind is JsonValueKind.Object or JsonValueKind.String))
        {
            var skillId = skill.ValueKind == JsonValueKind.String ? skill.GetString()! : Text(skill, new("id", FieldKind.Text));
            var skillName = Text(skill, Name) ?? skillId ?? $"skill-{written + 1}";
            CardMessage.Skill.Write(json, skill, isStrict, field => Fill(field, skillId ?? skillName, skillName, skillName));
            written++;
        }

        if (written == 0)
        {
            CardMessage.Skill.Write(json, default, isStrict, field => Fill(field, name, name, description));
        }

        json.WriteEndArray();

        void Fill(string field, string id, string skillName, string about)
        {
            if (field == "tags")
            {
                var tags = CardMessage.Find(card, Tags) is { } known && known.GetArrayLength() > 0 ? known : (JsonElement?)null;
                WriteTexts(json, tags?.EnumerateArray().Select(tag => tag.GetString()!) ?? [name]);
                return;
            }

            json.WriteStringValue(field switch { "id" => id, "name" => skillName, _ => about });
        }
    }

    private static void WriteOthers(Utf8JsonWriter json, JsonElement card)
    {
        foreach (var member in card.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !Own.Contains(CamelCase(member.Name)))
            {
                json.WritePropertyName(member.Name);
                CardMessage.WriteRaw(json, member.Value);
            }
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, JsonElement card, CardField field)
    {
        if (CardMessage.Find(card, field) is { } value)
        {
            json.WritePropertyName(field.Name);
            CardMessage.WriteRaw(json, value);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, IEnumerable<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>A text that is there and not empty.</summary>
    private static string? Text(JsonElement source, CardField field) =>
        CardMessage.Find(source, field)?.GetString() is { Length: > 0 } text ? text : null;

    private static IEnumerable<JsonElement> Items(JsonElement source, string name) =>
        source.ValueKind == JsonValueKind.Object && source.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : Enumerable.Empty<JsonElement>();

    private static string CamelCase(string name)
    {
        var parts = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length < 2 ? name : string.Concat(parts.Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));
    }
}
