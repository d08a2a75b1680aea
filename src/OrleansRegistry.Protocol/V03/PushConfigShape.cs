using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>
/// Push notification configurations: A2A 0.3 keeps what is to be called apart from the task (<c>taskId</c>, <c>pushNotificationConfig</c>) and lists
/// <c>schemes</c>; A2A 1.0 has one object with one <c>scheme</c>. What was of 0.3 says so as 1.0 too (<c>protocolVersion</c>), as its receiver expects
/// notifications of 0.3.
/// </summary>
internal static class PushConfigShape
{
    private const string VersionName = "protocolVersion";
    private const string Version = "0.3";

    /// <summary>The schemes that the registry honours.</summary>
    private static readonly string[] Preferred = ["Bearer", "Basic"];

    /// <summary>Translates a TaskPushNotificationConfig of 0.3.</summary>
    public static void ToV10(JsonElement config, Utf8JsonWriter target)
    {
        if (!TryGet(config, "pushNotificationConfig", out var inner) || inner.ValueKind != JsonValueKind.Object)
        {
            InnerToV10(config, target);
            return;
        }

        target.WriteStartObject();
        Members(config, target, (name, _, _) => name is "pushNotificationConfig" or VersionName || inner.TryGetProperty(name, out _));
        InnerMembersToV10(inner, target);
        target.WriteEndObject();
    }

    /// <summary>Translates a TaskPushNotificationConfig of 1.0.</summary>
    public static void ToV03(JsonElement config, Utf8JsonWriter target)
    {
        if (config.ValueKind != JsonValueKind.Object)
        {
            Copy(config, target);
            return;
        }

        target.WriteStartObject();
        if (TryGet(config, "taskId", out var taskId))
        {
            Copy("taskId", taskId, target);
        }

        target.WriteStartObject("pushNotificationConfig"u8);
        Members(config, target, static (name, value, target) => name == "taskId" || MemberToV03(name, value, target));
        target.WriteEndObject();
        target.WriteEndObject();
    }

    /// <summary>Translates a PushNotificationConfig of 0.3, which names no task.</summary>
    public static void InnerToV10(JsonElement config, Utf8JsonWriter target)
    {
        if (config.ValueKind != JsonValueKind.Object)
        {
            Copy(config, target);
            return;
        }

        target.WriteStartObject();
        InnerMembersToV10(config, target);
        target.WriteEndObject();
    }

    /// <summary>Translates a TaskPushNotificationConfig of 1.0 without its task.</summary>
    public static void InnerToV03(JsonElement config, Utf8JsonWriter target) => Object(
        config, target, static (name, value, target) => name == "taskId" || MemberToV03(name, value, target));

    /// <summary>Whether a configuration of 1.0 is of a receiver that speaks 0.3.</summary>
    public static bool IsForV03(JsonElement config) => TryGet(config, VersionName, out var version) && Is(version, "0.3"u8);

    private static void InnerMembersToV10(JsonElement config, Utf8JsonWriter target)
    {
        Members(config, target, static (name, value, target) => name == VersionName || AuthenticationToV10(name, value, target));
        target.WriteString(VersionName, Version);
    }

    private static bool MemberToV03(string name, JsonElement value, Utf8JsonWriter target) =>
        name == VersionName || AuthenticationToV03(name, value, target);

    private static bool AuthenticationToV10(string name, JsonElement value, Utf8JsonWriter target)
    {
        if (name != "authentication" || value.ValueKind != JsonValueKind.Object || !TryGet(value, "schemes", out var schemes)
            || schemes.ValueKind != JsonValueKind.Array || TryGet(value, "scheme", out _))
        {
            return false;
        }

        target.WriteStartObject(name);
        if (Choose(schemes) is { ValueKind: not JsonValueKind.Undefined } scheme)
        {
            Copy("scheme", scheme, target);
        }

        // More than one are kept, so that they come back as they were.
        Members(value, target, (name, _, _) => name == "schemes" && schemes.GetArrayLength() < 2);
        target.WriteEndObject();
        return true;
    }

    private static bool AuthenticationToV03(string name, JsonElement value, Utf8JsonWriter target)
    {
        if (name != "authentication" || value.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        target.WriteStartObject(name);
        if (!TryGet(value, "schemes", out _))
        {
            target.WriteStartArray("schemes"u8);
            if (TryGet(value, "scheme", out var scheme))
            {
                Copy(scheme, target);
            }

            target.WriteEndArray();
        }

        Members(value, target, static (name, _, _) => name == "scheme");
        target.WriteEndObject();
        return true;
    }

    private static JsonElement Choose(JsonElement schemes) =>
        schemes.EnumerateArray().OrderBy(scheme => IsPreferred(scheme) ? 0 : 1).FirstOrDefault();

    private static bool IsPreferred(JsonElement scheme) =>
        scheme.ValueKind == JsonValueKind.String && Preferred.Contains(scheme.GetString(), StringComparer.OrdinalIgnoreCase);
}
