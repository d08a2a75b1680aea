using System.Buffers;
using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// A message as its log keeps it: the bytes that were sent. Where those do not have the message's id, the two lie side by side: <c>["id",{…}]</c>, so
/// that nothing is written into what is its author's.
/// </summary>
internal static class MessageItem
{
    public static RawJson Write(RawJson message, string id)
    {
        if (MessageStamp.IdOf(message) == id)
        {
            return message;
        }

        var output = new ArrayBufferWriter<byte>(message.Length + id.Length + 16);
        output.Write("[\""u8);
        output.Write(JsonEncodedText.Encode(id).EncodedUtf8Bytes);
        output.Write("\","u8);
        output.Write(message.Span);
        output.Write("]"u8);
        return RawJson.FromValid(output.WrittenSpan);
    }

    public static string IdOf(RawJson item)
    {
        if (item.Span[0] != (byte)'[')
        {
            return MessageStamp.IdOf(item)!;
        }

        var reader = new Utf8JsonReader(item.Span);
        reader.Read();
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>The message as it was sent.</summary>
    public static RawJson Read(RawJson item)
    {
        if (item.Span[0] != (byte)'[')
        {
            return item;
        }

        var reader = new Utf8JsonReader(item.Span);
        reader.Read();
        reader.Read();
        return RawJson.FromValid(item.Span[((int)reader.BytesConsumed + 1)..^1]);
    }

    /// <inheritdoc cref="Read(RawJson)"/>
    public static IReadOnlyList<RawJson> Read(IReadOnlyList<RawJson> items)
    {
        var messages = new RawJson[items.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = Read(items[i]);
        }

        return messages;
    }
}
