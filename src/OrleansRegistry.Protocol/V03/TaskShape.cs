using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>Tasks and their status.</summary>
internal static class TaskShape
{
    public static void ToV10(JsonElement task, Utf8JsonWriter target) => Object(task, target, static (name, value, target) => name switch
    {
        "kind" => Is(value, "task"u8),
        "status" => Member(name, value, target, StatusToV10),
        "history" => Array(name, value, target, MessageShape.ToV10),
        "artifacts" => Array(name, value, target, MessageShape.ArtifactToV10),
        _ => false,
    });

    public static void ToV03(JsonElement task, Utf8JsonWriter target) => Object(
        task,
        target,
        static (name, value, target) => name switch
        {
            "kind" => true,
            "status" => Member(name, value, target, StatusToV03),
            "history" => Array(name, value, target, MessageShape.ToV03),
            "artifacts" => Array(name, value, target, MessageShape.ArtifactToV03),
            _ => false,
        },
        "task");

    public static void StatusToV10(JsonElement status, Utf8JsonWriter target) => Object(status, target, static (name, value, target) => name switch
    {
        "state" => Member(name, value, target, StateNames.ToV10),
        "timestamp" => Member(name, value, target, StateNames.TimeToV10),
        "message" => Member(name, value, target, MessageShape.ToV10),
        _ => false,
    });

    public static void StatusToV03(JsonElement status, Utf8JsonWriter target) => Object(status, target, static (name, value, target) => name switch
    {
        "state" => Member(name, value, target, StateNames.ToV03),
        "message" => Member(name, value, target, MessageShape.ToV03),
        _ => false,
    });
}
