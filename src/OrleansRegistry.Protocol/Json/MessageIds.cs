using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>The ids that a message lacks; null for one that it has, or that there is none of.</summary>
internal readonly record struct MessageIds(string? MessageId, string? TaskId, string? ContextId)
{
    /// <summary>
    /// The id of a message that was stored without one, which A2A demands: the same wherever the message is shown, as status and in the history.
    /// </summary>
    public static string Derive(RawJson message, string holder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(holder));
        hash.AppendData("\n"u8);
        hash.AppendData(message.Span);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16), bigEndian: true).ToString();
    }

    /// <summary>The message with the ids before its first member. All other bytes stay.</summary>
    /// <param name="message">It has members.</param>
    public RawJson PutBefore(RawJson message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 192);
        var open = message.Span.IndexOf((byte)'{') + 1;
        output.Write(message.Span[..open]);
        Write(output);
        output.Write(message.Span[open..]);
        return RawJson.FromValid(output.WrittenSpan);
    }

    /// <summary>Writes them as members, each with a comma behind.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        Write(output, "\"messageId\":\""u8, MessageId);
        Write(output, "\"taskId\":\""u8, TaskId);
        Write(output, "\"contextId\":\""u8, ContextId);
    }

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string? id)
    {
        if (id is not null)
        {
            output.Write(name);
            output.Write(JsonEncodedText.Encode(id).EncodedUtf8Bytes);
            output.Write("\","u8);
        }
    }
}
