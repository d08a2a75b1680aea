using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>
/// Agent cards. A2A 0.3 has one <c>url</c> with its transport, and further interfaces beside; A2A 1.0 lists <c>supportedInterfaces</c>, each with its
/// version. Signatures are left out: they hold for the card that was signed.
/// </summary>
internal static class CardShape
{
    /// <summary>The version of A2A that a card of 0.3 names.</summary>
    public const string Version = "0.3.0";

    private const string DefaultTransport = "JSONRPC";
    private const string MinorVersion = "0.3";

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    /// <summary>Whether a card says by its shape that it is of 0.3: it has a <c>url</c> of its own, and no interfaces of 1.0.</summary>
    public static bool IsV03(JsonElement card) => !TryGet(card, "supportedInterfaces", out _) && TryGet(card, "url", out _);

    /// <summary>Whether a card of 1.0 has an interface that speaks 0.3, without which there is no card of 0.3.</summary>
    public static bool SpeaksV03(JsonElement card) => Legacy(card).Length > 0;

    public static void ToV10(JsonElement card, Utf8JsonWriter target)
    {
        if (!IsV03(card))
        {
            Copy(card, target);
            return;
        }

        target.WriteStartObject();
        target.WriteStartArray("supportedInterfaces"u8);
        WriteInterfacesToV10(card, target);
        target.WriteEndArray();
        var extended = TryGet(card, "supportsAuthenticatedExtendedCard", out var flag) ? flag : default;
        if (extended.ValueKind != JsonValueKind.Undefined && !TryGet(card, "capabilities", out _))
        {
            Member("capabilities", Empty, target, (capabilities, target) => CapabilitiesToV10(capabilities, extended, target));
        }

        Members(card, target, (name, value, target) => name switch
        {
            "url" or "preferredTransport" or "protocolVersion" or "additionalInterfaces" or "signatures"
                or "supportsAuthenticatedExtendedCard" => true,
            "capabilities" => Member(name, value, target, (capabilities, target) => CapabilitiesToV10(capabilities, extended, target)),
            "securitySchemes" => Member(name, value, target, SecurityShape.SchemesToV10),
            "security" => Array("securityRequirements", value, target, SecurityShape.RequirementToV10),
            "skills" => Array(name, value, target, SkillToV10),
            _ => false,
        });
        target.WriteEndObject();
    }

    /// <summary>Translates a card that <see cref="SpeaksV03"/>.</summary>
    public static void ToV03(JsonElement card, Utf8JsonWriter target)
    {
        var interfaces = Legacy(card);
        if (interfaces.Length == 0)
        {
            Copy(card, target);
            return;
        }

        target.WriteStartObject();
        target.WriteString("protocolVersion"u8, Version);
        CopyMember(interfaces[0], "url", "url", target);
        CopyMember(interfaces[0], "protocolBinding", "preferredTransport", target);
        if (interfaces.Length > 1)
        {
            target.WriteStartArray("additionalInterfaces"u8);
            foreach (var one in interfaces[1..])
            {
                Object(one, target, static (name, value, target) => name switch
                {
                    "protocolBinding" => Rename("transport", value, target),
                    "protocolVersion" => true,
                    _ => false,
                });
            }

            target.WriteEndArray();
        }

        if (TryGet(card, "capabilities", out var capabilities) && TryGet(capabilities, "extendedAgentCard", out var extended))
        {
            Copy("supportsAuthenticatedExtendedCard", extended, target);
        }

        Members(card, target, static (name, value, target) => name switch
        {
            "supportedInterfaces" or "signatures" or "url" or "preferredTransport" or "protocolVersion" or "additionalInterfaces"
                or "supportsAuthenticatedExtendedCard" => true,
            "capabilities" => Member(name, value, target, CapabilitiesToV03),
            "securitySchemes" => Member(name, value, target, SecurityShape.SchemesToV03),
            "securityRequirements" => Array("security", value, target, SecurityShape.RequirementToV03),
            "skills" => Array(name, value, target, SkillToV03),
            _ => false,
        });
        target.WriteEndObject();
    }

    private static void WriteInterfacesToV10(JsonElement card, Utf8JsonWriter target)
    {
        var url = TryGet(card, "url", out var primary) ? primary : default;
        var transport = TryGet(card, "preferredTransport", out var preferred) && preferred.ValueKind == JsonValueKind.String
            ? preferred.GetString()!
            : DefaultTransport;
        var version = TryGet(card, "protocolVersion", out var named) && named.ValueKind == JsonValueKind.String
            ? MajorMinor(named.GetString()!)
            : MinorVersion;
        target.WriteStartObject();
        Copy("url", url, target);
        target.WriteString("protocolBinding"u8, transport);
        target.WriteString("protocolVersion"u8, version);
        target.WriteEndObject();
        if (!TryGet(card, "additionalInterfaces", out var others) || others.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var other in others.EnumerateArray().Where(other => !IsSame(other, url, transport)))
        {
            Object(other, target, (name, value, target) =>
            {
                if (name != "transport")
                {
                    return false;
                }

                target.WriteString("protocolVersion"u8, version);
                return Rename("protocolBinding", value, target);
            });
        }
    }

    /// <summary>Cards of 0.3 name the main interface among the others too.</summary>
    private static bool IsSame(JsonElement other, JsonElement url, string transport) =>
        TryGet(other, "url", out var otherUrl) && JsonElement.DeepEquals(otherUrl, url)
        && TryGet(other, "transport", out var otherTransport) && otherTransport.ValueKind == JsonValueKind.String
        && otherTransport.ValueEquals(transport);

    private static void CapabilitiesToV10(JsonElement capabilities, JsonElement extended, Utf8JsonWriter target)
    {
        if (capabilities.ValueKind != JsonValueKind.Object)
        {
            Copy(capabilities, target);
            return;
        }

        target.WriteStartObject();
        Members(capabilities, target, (name, _, _) => name == "extendedAgentCard" && extended.ValueKind != JsonValueKind.Undefined);
        if (extended.ValueKind != JsonValueKind.Undefined)
        {
            Copy("extendedAgentCard", extended, target);
        }

        target.WriteEndObject();
    }

    private static void CapabilitiesToV03(JsonElement capabilities, Utf8JsonWriter target) =>
        Object(capabilities, target, static (name, _, _) => name == "extendedAgentCard");

    private static void SkillToV10(JsonElement skill, Utf8JsonWriter target) => Object(skill, target, static (name, value, target) =>
        name == "security" && Array("securityRequirements", value, target, SecurityShape.RequirementToV10));

    private static void SkillToV03(JsonElement skill, Utf8JsonWriter target) => Object(skill, target, static (name, value, target) =>
        name == "securityRequirements" && Array("security", value, target, SecurityShape.RequirementToV03));

    private static JsonElement[] Legacy(JsonElement card) =>
        TryGet(card, "supportedInterfaces", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(IsLegacy)]
            : [];

    private static bool IsLegacy(JsonElement one) => one.ValueKind == JsonValueKind.Object
        && (!TryGet(one, "protocolVersion", out var version)
            || (version.ValueKind == JsonValueKind.String && MajorMinor(version.GetString()!) is MinorVersion or ""));

    private static string MajorMinor(string version)
    {
        var first = version.IndexOf('.', StringComparison.Ordinal);
        var second = first < 0 ? -1 : version.IndexOf('.', first + 1);
        return second < 0 ? version : version[..second];
    }

    private static void CopyMember(JsonElement source, string from, string to, Utf8JsonWriter target)
    {
        if (TryGet(source, from, out var value))
        {
            Copy(to, value, target);
        }
    }
}
