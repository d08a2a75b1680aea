using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.Forwarding.Turns;

/// <summary>
/// What the user has said and the agent has not heard, as the agent gets it: as it was sent, but with the agent's own ids of the task and context.
/// </summary>
/// <param name="Id">Its <c>messageId</c>, by which the agent may tell that it has it already.</param>
/// <param name="Extensions">The URIs of the extensions that it uses.</param>
/// <param name="References">The ids here of the tasks that it refers to.</param>
internal sealed record OutgoingMessage(string Id, RawJson Json, IReadOnlyList<string> Extensions, IReadOnlyList<string> References)
{
    /// <summary>Messages that were sent before it, and go with it: what they say comes first.</summary>
    private IReadOnlyList<RawJson> Earlier { get; init; } = [];

    /// <summary>
    /// The user's messages after the one that the agent has taken last, as one: answers to each of several could not be told apart, and an agent may be
    /// done after the first.
    /// </summary>
    /// <param name="taken">The id of that one; null for none.</param>
    /// <returns>With the id and the metadata of the newest; null where there are none.</returns>
    public static OutgoingMessage? After(TaskRecord task, string? taken)
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
        var unsent = messages[(known + 1)..];
        return unsent is not [.. var earlier, var newest] ? null : newest with
        {
            Earlier = [.. earlier.Select(message => message.Json)],
            Extensions = [.. unsent.SelectMany(message => message.Extensions).Distinct(StringComparer.Ordinal)],
            References = [.. unsent.SelectMany(message => message.References).Distinct(StringComparer.Ordinal)],
        };
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
            json.WriteGiven("taskId", remote.TaskId);
            json.WriteGiven("contextId", remote.ContextId);
            Write(json, "referenceTaskIds", references);
            using var document = JsonDocument.Parse(Json.Utf8, JsonInput.Stored);
            foreach (var member in document.RootElement.EnumerateObject().Where(member => !IsOurs(member.Name)))
            {
                if (member.NameEquals("parts"u8) && Earlier.Count > 0)
                {
                    WriteParts(json, member.Value);
                }
                else
                {
                    member.WriteTo(json);
                }
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

    private void WriteParts(Utf8JsonWriter json, JsonElement own)
    {
        json.WriteStartArray("parts"u8);
        foreach (var message in Earlier)
        {
            using var document = JsonDocument.Parse(message.Utf8, JsonInput.Stored);
            foreach (var part in document.RootElement.Entries("parts"))
            {
                part.WriteTo(json);
            }
        }

        foreach (var part in own.EnumerateArray())
        {
            part.WriteTo(json);
        }

        json.WriteEndArray();
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
}
