using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>Security schemes and requirements of agent cards. A2A 0.3 has OpenAPI's, told apart by <c>type</c>; A2A 1.0 names them by a member.</summary>
internal static class SecurityShape
{
    private static readonly (string Type, string Name)[] Schemes =
    [
        ("apiKey", "apiKeySecurityScheme"),
        ("http", "httpAuthSecurityScheme"),
        ("oauth2", "oauth2SecurityScheme"),
        ("openIdConnect", "openIdConnectSecurityScheme"),
        ("mutualTLS", "mtlsSecurityScheme"),
    ];

    /// <summary>OAuth flows, the one that 1.0 keeps first.</summary>
    private static readonly string[] Flows = ["authorizationCode", "clientCredentials", "deviceCode", "implicit", "password"];

    /// <summary>Translates the schemes of a card, by their names.</summary>
    public static void SchemesToV10(JsonElement schemes, Utf8JsonWriter target) => Named(schemes, target, SchemeToV10);

    public static void SchemesToV03(JsonElement schemes, Utf8JsonWriter target) => Named(schemes, target, SchemeToV03);

    /// <summary>Translates one of a card's requirements: what 0.3 lists by scheme is within <c>schemes</c> in 1.0, as <c>list</c>.</summary>
    public static void RequirementToV10(JsonElement requirement, Utf8JsonWriter target)
    {
        if (requirement.ValueKind != JsonValueKind.Object
            || (TryGet(requirement, "schemes", out var schemes) && schemes.ValueKind == JsonValueKind.Object))
        {
            Copy(requirement, target);
            return;
        }

        target.WriteStartObject();
        Member("schemes", requirement, target, static (source, target) => Named(source, target, static (scopes, target) =>
        {
            target.WriteStartObject();
            Copy("list", scopes, target);
            target.WriteEndObject();
        }));
        target.WriteEndObject();
    }

    public static void RequirementToV03(JsonElement requirement, Utf8JsonWriter target)
    {
        if (TryGet(requirement, "schemes", out var schemes) && schemes.ValueKind == JsonValueKind.Object)
        {
            Named(schemes, target, static (scopes, target) =>
            {
                if (TryGet(scopes, "list", out var list))
                {
                    Copy(list, target);
                }
                else
                {
                    // ProtoJSON leaves out an empty list.
                    target.WriteStartArray();
                    target.WriteEndArray();
                }
            });
        }
        else
        {
            Copy(requirement, target);
        }
    }

    private static void SchemeToV10(JsonElement scheme, Utf8JsonWriter target)
    {
        if (!TryGet(scheme, "type", out var type) || type.ValueKind != JsonValueKind.String
            || Schemes.FirstOrDefault(known => known.Type == type.GetString()).Name is not { } name)
        {
            Copy(scheme, target);
            return;
        }

        target.WriteStartObject();
        Member(name, scheme, target, static (source, target) => Object(source, target, static (name, value, target) => name switch
        {
            "type" => true,
            "in" => Rename("location", value, target),
            "flows" => Member(name, value, target, FlowsToV10),
            _ => false,
        }));
        target.WriteEndObject();
    }

    private static void SchemeToV03(JsonElement scheme, Utf8JsonWriter target)
    {
        foreach (var (type, name) in Schemes)
        {
            if (TryGet(scheme, name, out var inner) && inner.ValueKind == JsonValueKind.Object)
            {
                target.WriteStartObject();
                target.WriteString("type"u8, type);
                Members(inner, target, static (name, value, target) => name == "location" && Rename("in", value, target));
                target.WriteEndObject();
                return;
            }
        }

        Copy(scheme, target);
    }

    /// <summary>A2A 1.0 has one flow.</summary>
    private static void FlowsToV10(JsonElement flows, Utf8JsonWriter target)
    {
        var kept = Flows.FirstOrDefault(name => TryGet(flows, name, out _));
        Object(flows, target, (name, _, _) => name != kept && Flows.Contains(name));
    }

    /// <summary>Names are their author's, and none is a member that is known.</summary>
    private static void Named(JsonElement source, Utf8JsonWriter target, Translation each)
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            Copy(source, target);
            return;
        }

        target.WriteStartObject();
        foreach (var member in source.EnumerateObject())
        {
            target.WritePropertyName(member.Name);
            each(member.Value, target);
        }

        target.WriteEndObject();
    }
}
