using System.Text.Json;
using static OrleansRegistry.Protocol.V03.Translations;

namespace OrleansRegistry.Protocol.V03;

/// <summary>
/// What a stream sends, and what a send answers: A2A 1.0 names it by the member that it is in (<c>task</c>, <c>message</c>, <c>statusUpdate</c>,
/// <c>artifactUpdate</c>), A2A 0.3 by <c>kind</c>.
/// </summary>
internal static class EventShape
{
    /// <summary>Translates a StreamResponse or SendMessageResponse of 1.0.</summary>
    public static void ToV03(JsonElement response, Utf8JsonWriter target)
    {
        if (TryGet(response, "task", out var content))
        {
            TaskShape.ToV03(content, target);
        }
        else if (TryGet(response, "message", out content))
        {
            MessageShape.ToV03(content, target);
        }
        else if (TryGet(response, "statusUpdate", out content))
        {
            StatusUpdateToV03(content, target);
        }
        else if (TryGet(response, "artifactUpdate", out content))
        {
            ArtifactUpdateToV03(content, target);
        }
        else
        {
            Copy(response, target);
        }
    }

    /// <summary>Translates what a stream of 0.3 sends or a send of 0.3 answers. Agents older than 0.3 leave out <c>kind</c>.</summary>
    public static void ToV10(JsonElement result, Utf8JsonWriter target)
    {
        if (NameOf(result) is not { } name)
        {
            Copy(result, target);
            return;
        }

        target.WriteStartObject();
        Member(name, result, target, name switch
        {
            "task" => TaskShape.ToV10,
            "message" => MessageShape.ToV10,
            "statusUpdate" => StatusUpdateToV10,
            _ => ArtifactUpdateToV10,
        });
        target.WriteEndObject();
    }

    /// <summary>Whether a stream of 0.3 ends with a status in this state: it is terminal, or waits for the user (<c>final</c>).</summary>
    public static bool IsFinal(TaskState state) => state.IsTerminal() || state == TaskState.InputRequired;

    private static bool IsFinalStatus(JsonElement update) =>
        TryGet(update, "status", out var status) && TryGet(status, "state", out var state) && state.ValueKind == JsonValueKind.String
        && TaskStates.TryParse(state.GetString()!) is { } known && IsFinal(known);

    private static void StatusUpdateToV03(JsonElement update, Utf8JsonWriter target)
    {
        if (update.ValueKind != JsonValueKind.Object)
        {
            Copy(update, target);
            return;
        }

        target.WriteStartObject();
        target.WriteString("kind"u8, "status-update"u8);
        target.WriteBoolean("final"u8, IsFinalStatus(update));
        Members(update, target, static (name, value, target) => name switch
        {
            "kind" or "final" => true,
            "status" => Member(name, value, target, TaskShape.StatusToV03),
            _ => false,
        });
        target.WriteEndObject();
    }

    private static void StatusUpdateToV10(JsonElement update, Utf8JsonWriter target) => Object(
        update,
        target,
        static (name, value, target) => name is "kind" or "final" || (name == "status" && Member(name, value, target, TaskShape.StatusToV10)));

    private static void ArtifactUpdateToV03(JsonElement update, Utf8JsonWriter target) => Object(
        update,
        target,
        static (name, value, target) => name == "kind" || (name == "artifact" && Member(name, value, target, MessageShape.ArtifactToV03)),
        "artifact-update");

    private static void ArtifactUpdateToV10(JsonElement update, Utf8JsonWriter target) => Object(
        update,
        target,
        static (name, value, target) => name == "kind" || (name == "artifact" && Member(name, value, target, MessageShape.ArtifactToV10)));

    private static string? NameOf(JsonElement result)
    {
        if (TryGet(result, "kind", out var kind) && kind.ValueKind == JsonValueKind.String)
        {
            return kind.GetString() switch
            {
                "task" => "task",
                "message" => "message",
                "status-update" => "statusUpdate",
                "artifact-update" => "artifactUpdate",
                _ => null,
            };
        }

        if (TryGet(result, "artifact", out _))
        {
            return "artifactUpdate";
        }

        if (TryGet(result, "status", out _))
        {
            return TryGet(result, "id", out _) ? "task" : "statusUpdate";
        }

        return TryGet(result, "parts", out _) ? "message" : null;
    }
}
