using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>
/// Stored messages and artifacts as A2A 1.0 shows them. One that is 1.0 already keeps its bytes; one that is 0.3-shaped, or in snake_case, or has
/// nulls, is written again. Ids that a message lacks are put in front.
/// </summary>
/// <remarks>Source: A2A 1.0, 4.1.4, 4.1.6, 4.1.7, 5.5, 5.7; ProtoJSON.</remarks>
internal static class DocumentShape
{
    /// <summary>A message of a task.</summary>
    /// <param name="stored">One JSON object that the registry took as a message.</param>
    /// <param name="taskId">The task that the message is of; null for a message of none.</param>
    public static RawJson Message(RawJson stored, string? taskId, string contextId)
    {
        var found = DocumentScan.Of(stored.Span);
        if (found is { IsV10: true, HasMessageId: true, HasContextId: true } && (found.HasTaskId || taskId is null))
        {
            return stored;
        }

        var ids = new MessageIds(
            found.HasMessageId ? null : MessageIds.Derive(stored, taskId ?? contextId),
            found.HasTaskId ? null : taskId,
            found.HasContextId ? null : contextId);
        return found.IsV10 ? ids.PutBefore(stored) : DocumentRewrite.Message(stored, ids);
    }

    /// <summary>An artifact, or a chunk of one.</summary>
    /// <param name="stored">One JSON object that the registry took as an artifact.</param>
    public static RawJson Artifact(RawJson stored) => DocumentScan.Of(stored.Span).IsV10 ? stored : DocumentRewrite.Artifact(stored);

    /// <summary>ProtoJSON readers take null and the default for absent; for a string that is the empty one.</summary>
    internal static bool IsAbsent(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));
}
