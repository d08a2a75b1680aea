using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>Messages and artifacts, which are alike but for <c>kind</c> and <c>role</c>.</summary>
internal static class MessageShape
{
    private const string Kind = "message";

    public static void ToV10(JsonElement message, Utf8JsonWriter target) => Object(message, target, MemberToV10);

    /// <summary>A member of a message, for one whose other members are written already.</summary>
    public static bool MemberToV10(string name, JsonElement value, Utf8JsonWriter target) => name switch
    {
        "kind" => Is(value, "message"u8),
        "role" => Member(name, value, target, StateNames.RoleToV10),
        "parts" => Array(name, value, target, PartShape.ToV10),
        _ => false,
    };

    public static void ToV03(JsonElement message, Utf8JsonWriter target) => Object(
        message,
        target,
        static (name, value, target) => name switch
        {
            "kind" => true,
            "role" => Member(name, value, target, StateNames.RoleToV03),
            "parts" => Array(name, value, target, PartShape.ToV03),
            _ => false,
        },
        Kind);

    public static void ArtifactToV10(JsonElement artifact, Utf8JsonWriter target) => Object(
        artifact, target, static (name, value, target) => name == "parts" && Array(name, value, target, PartShape.ToV10));

    public static void ArtifactToV03(JsonElement artifact, Utf8JsonWriter target) => Object(
        artifact, target, static (name, value, target) => name == "parts" && Array(name, value, target, PartShape.ToV03));
}
