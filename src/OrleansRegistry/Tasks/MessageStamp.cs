using System.Buffers;
using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// Writes into a message the ids that it lacks, for readers that need them there; the registry keeps and answers messages as they were sent
/// (<see cref="MessageItem"/>). All other bytes stay as they are.
/// </summary>
internal static class MessageStamp
{
    private static readonly (string Camel, string Snake)[] Names = [("messageId", "message_id"), ("taskId", "task_id"), ("contextId", "context_id")];

    /// <summary>
    /// The message with these ids, of which null stands for none. An id that it has is left as it is; one that is null or empty takes the value's
    /// place; the others are added before its first member, named as the message names things: camelCase unless it has ids in snake_case only.
    /// </summary>
    public static RawJson Apply(RawJson message, string? messageId, string? taskId, string? contextId)
    {
        Span<Found> found = [default, default, default];
        var (camel, snake) = Scan(message.Span, found);
        string?[] ids = [messageId, taskId, contextId];
        var output = new ArrayBufferWriter<byte>(message.Length + 192);
        var open = message.Span.IndexOf((byte)'{') + 1;
        output.Write(message.Span[..open]);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is { } id && !found[i].Present)
            {
                WriteString(output, snake && !camel ? Names[i].Snake : Names[i].Camel);
                output.Write(":"u8);
                WriteString(output, id);
                output.Write(","u8);
            }
        }

        var from = open;
        while (NextNull(found, ids, from) is >= 0 and var next)
        {
            output.Write(message.Span[from..found[next].NullAt]);
            WriteString(output, ids[next]!);
            from = found[next].NullAt + found[next].Length;
        }

        if (output.WrittenCount == open && from == open)
        {
            return message;
        }

        output.Write(message.Span[from..]);
        return RawJson.FromValid(output.WrittenSpan);
    }

    /// <summary>The message's id; null where it has none.</summary>
    public static string? IdOf(RawJson message) => IdOf(message, "messageId"u8, "message_id"u8);

    internal static string? IdOf(RawJson json, ReadOnlySpan<byte> camel, ReadOnlySpan<byte> snake)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = reader.ValueTextEquals(camel) || reader.ValueTextEquals(snake);
            reader.Read();
            if (named && reader.TokenType == JsonTokenType.String)
            {
                return reader.GetString();
            }

            reader.Skip();
        }

        return null;
    }

    private static (bool Camel, bool Snake) Scan(ReadOnlySpan<byte> message, Span<Found> found)
    {
        var camel = false;
        var snake = false;
        var reader = new Utf8JsonReader(message);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var which = -1;
            for (var i = 0; i < Names.Length; i++)
            {
                var isCamel = reader.ValueTextEquals(Names[i].Camel);
                var isSnake = reader.ValueTextEquals(Names[i].Snake);
                camel |= isCamel;
                snake |= isSnake;
                which = isCamel || isSnake ? i : which;
            }

            reader.Read();
            if (which >= 0)
            {
                // Where it stands by both names, the one with a value counts.
                var isNull = reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty);
                found[which] = found[which].Present && found[which].NullAt == 0
                    ? found[which]
                    : new Found(true, isNull ? (int)reader.TokenStartIndex : 0, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            }

            reader.Skip();
        }

        return (camel, snake);
    }

    private static int NextNull(ReadOnlySpan<Found> found, string?[] ids, int from)
    {
        var next = -1;
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i].NullAt >= from && ids[i] is not null && (next < 0 || found[i].NullAt < found[next].NullAt))
            {
                next = i;
            }
        }

        return next;
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(text).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    /// <param name="NullAt">Where its value stands, if that is null or empty; else 0.</param>
    /// <param name="Length">How many bytes the value has there.</param>
    private readonly record struct Found(bool Present, int NullAt, int Length);
}
