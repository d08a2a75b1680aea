using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>Parameters of requests.</summary>
internal static class RequestShape
{
    /// <summary>
    /// Of <c>message/send</c> and <c>message/stream</c>. Where <c>blocking</c> is absent the default of 1.0 holds, which is to wait: so do the servers
    /// of the SDKs of 0.3.
    /// </summary>
    public static void SendToV10(JsonElement parameters, Utf8JsonWriter target) => Object(
        parameters,
        target,
        static (name, value, target) => name switch
        {
            "message" => Member(name, value, target, MessageShape.ToV10),
            "configuration" => Member(name, value, target, ConfigurationToV10),
            _ => false,
        });

    public static void SendToV03(JsonElement request, Utf8JsonWriter target) => Object(
        request,
        target,
        static (name, value, target) => name switch
        {
            "message" => Member(name, value, target, MessageShape.ToV03),
            "configuration" => Member(name, value, target, ConfigurationToV03),
            _ => false,
        });

    /// <summary>Of <c>tasks/get</c>, <c>tasks/cancel</c> and <c>tasks/resubscribe</c>; some clients call the task's id <c>taskId</c>.</summary>
    public static void TaskToV10(JsonElement parameters, Utf8JsonWriter target) => Object(
        parameters, target, (name, value, target) => name == "taskId" && (TryGet(parameters, "id", out _) || Rename("id", value, target)));

    /// <summary>Of <c>tasks/pushNotificationConfig/get</c>, <c>list</c> and <c>delete</c>, where <c>id</c> is the task's.</summary>
    public static void PushConfigToV10(JsonElement parameters, Utf8JsonWriter target) => Object(
        parameters,
        target,
        (name, value, target) => name switch
        {
            "id" => Rename("taskId", value, target),
            "taskId" => TryGet(parameters, "id", out _),
            "pushNotificationConfigId" => Rename("id", value, target),
            _ => false,
        });

    private static void ConfigurationToV10(JsonElement configuration, Utf8JsonWriter target) => Object(
        configuration,
        target,
        static (name, value, target) => name switch
        {
            "blocking" => Member("returnImmediately", value, target, Not),
            "pushNotificationConfig" => Member("taskPushNotificationConfig", value, target, PushConfigShape.InnerToV10),
            _ => false,
        });

    private static void ConfigurationToV03(JsonElement configuration, Utf8JsonWriter target) => Object(
        configuration,
        target,
        static (name, value, target) => name switch
        {
            "returnImmediately" => Member("blocking", value, target, Not),
            "taskPushNotificationConfig" => Member("pushNotificationConfig", value, target, PushConfigShape.InnerToV03),
            _ => false,
        });

    private static void Not(JsonElement value, Utf8JsonWriter target)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            target.WriteBooleanValue(value.ValueKind == JsonValueKind.False);
        }
        else
        {
            Copy(value, target);
        }
    }
}
