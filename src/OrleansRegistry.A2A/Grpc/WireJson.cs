using System.Text;
using Google.Protobuf;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>Between the JSON of A2A, which is what the registry keeps, and messages of protobuf.</summary>
/// <remarks>Source: ProtoJSON.</remarks>
internal static class WireJson
{
    /// <summary>
    /// Protobuf counts up to three levels for each object in a <c>Struct</c>, and a task is a few around its documents. What has more than JSON may
    /// have is refused as JSON, with a reason.
    /// </summary>
    private const int MaxDepth = 4 * (JsonInput.MaxDepth + 16);

    private static readonly JsonParser Parser = new(new JsonParser.Settings(MaxDepth).WithIgnoreUnknownFields(true));

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    /// <summary>Reads JSON of A2A 1.0. Members that the message does not have are passed over.</summary>
    /// <param name="what">What it is, for people: <c>task 'a'</c>.</param>
    /// <exception cref="A2AException">
    /// <see cref="A2AError.UnsupportedOperation"/>: protobuf has no such value, such as a number larger than a double.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, string what)
        where T : IMessage<T>, new()
    {
        try
        {
            return Parse<T>(utf8);
        }
        catch (Exception fault) when (fault is IOException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new A2AException(
                A2AError.UnsupportedOperation,
                $"gRPC cannot carry {what}: {fault.Message.TrimEnd('.')}. Ask for it over JSON-RPC or HTTP+JSON.",
                fault);
        }
    }

    /// <summary>Writes a message as JSON, without members that are unset.</summary>
    /// <exception cref="A2AException"><see cref="A2AError.InvalidParams"/>: JSON has no such value, such as a number that is infinite.</exception>
    public static ReadOnlyMemory<byte> Write(IMessage message, string field)
    {
        WireValues.Check(message, field);
        return Encoding.UTF8.GetBytes(Formatter.Format(message));
    }

    /// <summary>Reads a message from bytes that came over the network.</summary>
    /// <exception cref="A2AException"><see cref="A2AError.InvalidParams"/>: they are no such message.</exception>
    public static T Decode<T>(byte[] bytes)
        where T : IMessage<T>, new()
    {
        try
        {
            using var input = CodedInputStream.CreateWithLimits(new MemoryStream(bytes), int.MaxValue, MaxDepth);
            var message = new T();
            message.MergeFrom(input);
            return input.IsAtEnd ? message : throw Invalid<T>("it ends a group that it did not begin.", null);
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw Invalid<T>(fault.Message, fault);
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> utf8)
        where T : IMessage<T>, new()
    {
        try
        {
            return Parser.Parse<T>(Encoding.UTF8.GetString(utf8));
        }
        catch (InvalidProtocolBufferException fault) when (fault.InnerException is FormatException)
        {
            // This parser takes one alphabet of base64, ProtoJSON and the registry take both.
            return Parser.Parse<T>(WireBytes.Normalize(utf8));
        }
    }

    private static A2AException Invalid<T>(string why, Exception? fault)
        where T : IMessage<T>, new() => new(A2AError.InvalidParams, $"The request is no {new T().Descriptor.FullName}: {why}", fault);
}
