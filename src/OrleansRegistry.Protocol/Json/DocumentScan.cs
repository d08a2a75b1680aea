using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>What a look over a stored message or artifact finds. Only its own members and those of its parts are looked at.</summary>
/// <param name="IsV10">It can go out as it is, but for ids that it lacks.</param>
internal readonly record struct DocumentScan(bool IsV10, bool HasMessageId, bool HasTaskId, bool HasContextId)
{
    public static DocumentScan Of(ReadOnlySpan<byte> json)
    {
        var found = new DocumentScan(IsV10: true, false, false, false);
        var reader = new Utf8JsonReader(json, JsonInput.StoredReader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            found = found.With(ref reader);
        }

        return found;
    }

    /// <summary>With the member whose name the reader is at; the reader is at the end of its value then.</summary>
    private DocumentScan With(ref Utf8JsonReader reader)
    {
        var isMessageId = reader.ValueTextEquals("messageId"u8);
        var isTaskId = reader.ValueTextEquals("taskId"u8);
        var isContextId = reader.ValueTextEquals("contextId"u8);
        if (isMessageId || isTaskId || isContextId)
        {
            reader.Read();
            var has = !IsAbsent(ref reader);
            return new DocumentScan(
                IsV10 && has, HasMessageId || (isMessageId && has), HasTaskId || (isTaskId && has), HasContextId || (isContextId && has));
        }

        if (reader.ValueTextEquals("parts"u8))
        {
            reader.Read();
            return this with { IsV10 = AreV10(ref reader) && IsV10 };
        }

        var isRole = reader.ValueTextEquals("role"u8);
        var isTyped = reader.ValueTextEquals("metadata"u8) || reader.ValueTextEquals("extensions"u8) || reader.ValueTextEquals("referenceTaskIds"u8);
        var isOther = reader.ValueTextEquals("kind"u8)
            || reader.ValueTextEquals("message_id"u8) || reader.ValueTextEquals("task_id"u8) || reader.ValueTextEquals("context_id"u8)
            || reader.ValueTextEquals("artifact_id"u8) || reader.ValueTextEquals("reference_task_ids"u8);
        reader.Read();
        var isV10 = !isOther && reader.TokenType != JsonTokenType.Null
            && !(isTyped && IsAbsent(ref reader))
            && (!isRole || reader.ValueTextEquals("ROLE_USER"u8) || reader.ValueTextEquals("ROLE_AGENT"u8));
        reader.Skip();
        return this with { IsV10 = IsV10 && isV10 };
    }

    private static bool AreV10(ref Utf8JsonReader reader)
    {
        var areV10 = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            areV10 &= IsV10Part(ref reader);
        }

        return areV10;
    }

    private static bool IsV10Part(ref Utf8JsonReader reader)
    {
        var isV10 = true;
        var contents = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isData = reader.ValueTextEquals("data"u8);
            var isContent = isData || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("raw"u8) || reader.ValueTextEquals("url"u8);
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            var isOther = reader.ValueTextEquals("kind"u8) || reader.ValueTextEquals("media_type"u8);
            reader.Read();
            contents += isContent ? 1 : 0;

            // The data of a part can be any JSON value, null too.
            isV10 &= !isOther && (isData || reader.TokenType != JsonTokenType.Null) && !(isMetadata && IsAbsent(ref reader));
            reader.Skip();
        }

        return isV10 && contents == 1;
    }

    private static bool IsAbsent(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty);
}
