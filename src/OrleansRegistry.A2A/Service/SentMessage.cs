using System.Text.Json;

namespace OrleansRegistry.A2A.Service;

/// <summary>The ids of a message that a client sends, which was checked as far as A2A asks for more than the registry does.</summary>
/// <param name="TaskId">The task that it continues; null for a new one.</param>
/// <param name="ContextId">Null for a new one, or the task's own.</param>
/// <remarks>Source: A2A 1.0, 3.4, 4.1.4, 4.1.6.</remarks>
internal readonly record struct SentMessage(string? TaskId, string? ContextId)
{
    private static readonly string[] Contents = ["text", "raw", "url", "data"];

    /// <exception cref="A2AException">It is refused.</exception>
    /// <exception cref="RegistryException">It is not JSON that the registry takes.</exception>
    public static SentMessage Read(ReadOnlyMemory<byte> json, MediaTypes takes)
    {
        using var document = JsonInput.Parse(json, "message");
        var message = document.RootElement;
        if (Text(message, "messageId", "message_id") is null)
        {
            throw A2AException.Invalid("message.messageId", "is required");
        }

        if (!message.TryGetProperty("role"u8, out var role) || role.ValueKind != JsonValueKind.String || !role.ValueEquals("ROLE_USER"u8))
        {
            throw A2AException.Invalid("message.role", "must be ROLE_USER, as a client sends it");
        }

        CheckParts(message, takes);
        return new SentMessage(Text(message, "taskId", "task_id"), Text(message, "contextId", "context_id"));
    }

    private static void CheckParts(JsonElement message, MediaTypes takes)
    {
        if (!message.TryGetProperty("parts"u8, out var parts) || parts.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            var field = $"message.parts[{index++}]";
            if (part.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            // The registry takes parts of 0.3 too.
            if (!Array.Exists(Contents, name => part.TryGetProperty(name, out _)))
            {
                throw A2AException.Invalid(field, "must have exactly one of text, raw, url and data");
            }

            if (Text(part, "mediaType", "media_type") is { } type && !takes.Take(type))
            {
                throw new A2AException(
                    A2AError.ContentTypeNotSupported, $"{field}.mediaType: this agent does not take {LogText.Id(type)}; it takes {takes}")
                {
                    Field = $"{field}.mediaType",
                };
            }
        }
    }

    /// <summary>A member of either name; what is no text is the registry's to refuse.</summary>
    private static string? Text(JsonElement element, string camel, string snake)
    {
        var isThere = (element.TryGetProperty(camel, out var value) && !DocumentShape.IsAbsent(value)) || element.TryGetProperty(snake, out value);
        return isThere && value.ValueKind == JsonValueKind.String && !value.ValueEquals(""u8) ? value.GetString() : null;
    }
}
