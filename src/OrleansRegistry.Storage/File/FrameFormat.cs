using System.Buffers.Binary;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// One group commit on disk: <c>[magic 8][payload length 4][crc32c 4][payload]</c>, numbers little-endian. The checksum covers the
/// length and the payload.
/// </summary>
/// <remarks>The magic holds bytes that never occur in UTF-8, so that no document can pass itself off as a frame.</remarks>
internal static class FrameFormat
{
    public const int HeaderBytes = 16;

    public const int MaxPayloadBytes = 1 << 30;

    public static ReadOnlySpan<byte> Magic => [0xFF, (byte)'O', (byte)'R', (byte)'F', 0xFE, (byte)'L', (byte)'G', 0xFF];

    /// <summary>Fills in the header of a frame whose payload is complete.</summary>
    public static void Seal(Span<byte> frame)
    {
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame[8..], frame.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], Checksum(frame));
    }

    /// <summary>The payload length that a header states, or -1 where it is no header.</summary>
    public static int PayloadLength(ReadOnlySpan<byte> header)
    {
        if (!header.StartsWith(Magic))
        {
            return -1;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        return length is > 0 and <= MaxPayloadBytes ? length : -1;
    }

    public static bool IsIntact(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[12..]) == Checksum(frame);

    private static uint Checksum(ReadOnlySpan<byte> frame) => ~Crc32C.Append(Crc32C.Append(Crc32C.Start, frame[8..12]), frame[HeaderBytes..]);
}
