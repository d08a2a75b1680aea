using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.Forwarding.Turns;

/// <summary>A message of the user's as the agent gets it: as it was sent, but with the agent's own ids of the task and context.</summary>
/// <param name="Id">Its <c>messageId</c>, by which the agent may tell that it has it already.</param>
/// <param name="Extensions">The URIs of the extensions that it uses.</param>
/// <param name="References">The ids here of the tasks that it refers to.</param>
internal sealed record OutgoingMessage(string Id, RawJson Json, IReadOnlyList<string> Extensions, IReadOnlyList<string> References)
{
    /// <summary>The messages of the user after the one that the agent has taken last, oldest first.</summary>
    /// <param name="taken">The id of that one; null for none.</param>
    public static IReadOnlyList<OutgoingMessage> After(TaskRecord task, string? taken)
    {
        var messages = new List<OutgoingMessage>();
        foreach (var stored in task.History)
        {
            var message = Read(DocumentShape.Message(stored, task.Id, task.ContextId));
            if (message is not null)
            {
                messages.Add(message);
            }
        }

        var known = taken is null ? -1 : messages.FindIndex(message => message.Id == taken);
        return known >= 0 ? messages[(known + 1)..] : messages;
    }

    /// <summary>The SendMessageRequest of 1.0.</summary>
    /// <param name="references">The agent's ids of the tasks that the message refers to.</param>
    /// <param name="outputModes">The media types that the user takes; none for any.</param>
    public ReadOnlyMemory<byte> ToRequest(RemoteTask remote, IReadOnlyList<string> references, IReadOnlyList<string> outputModes)
    {
        var output = new ArrayBufferWriter<byte>(Json.Length + 256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartObject("message"u8);
            Write(json, "taskId", remote.TaskId);
            Write(json, "contextId", remote.ContextId);
            Write(json, "referenceTaskIds", references);
            using var document = JsonDocument.Parse(Json.Utf8, JsonInput.Stored);
            foreach (var member in document.RootElement.EnumerateObject().Where(member => !IsOurs(member.Name)))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();

            // What happens is followed, not waited for.
            json.WriteStartObject("configuration"u8);
            json.WriteBoolean("returnImmediately"u8, true);
            Write(json, "acceptedOutputModes", outputModes);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static OutgoingMessage? Read(RawJson message)
    {
        using var document = JsonDocument.Parse(message.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return root.Text("role") == "ROLE_USER" ? new(root.Text("messageId")!, message, Texts("extensions"), Texts("referenceTaskIds")) : null;

        IReadOnlyList<string> Texts(string name) =>
            [.. root.Entries(name).Where(entry => entry.ValueKind == JsonValueKind.String).Select(entry => entry.GetString()!)];
    }

    private static bool IsOurs(string name) => name is "taskId" or "contextId" or "referenceTaskIds";

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, string? id)
    {
        if (id is not null)
        {
            json.WriteString(name, id);
        }
    }
}
