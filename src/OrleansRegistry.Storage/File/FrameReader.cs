namespace OrleansRegistry.Storage.Files;

/// <summary>Reads the frames of a file one after another, in large pieces.</summary>
internal sealed class FrameReader(ILogFile file, long start, long end)
{
    private const int PieceBytes = 1024 * 1024;

    private byte[] buffer = [];
    private long bufferStart;
    private int bufferLength;
    private int payloadLength;

    /// <summary>Where the frame just read begins, or where none could be read.</summary>
    public long Offset { get; private set; } = start;

    /// <summary>Where the frame after it begins.</summary>
    public long Next { get; private set; } = start;

    /// <summary>Why there is no intact frame at <see cref="Offset"/>; null after a good one and at the end.</summary>
    public string? Fault { get; private set; }

    /// <summary>The records of the frame just read, until the next call.</summary>
    public ReadOnlySpan<byte> Payload => buffer.AsSpan((int)(PayloadOffset - bufferStart), payloadLength);

    public long PayloadOffset => Offset + FrameFormat.HeaderBytes;

    /// <summary>Reads the next frame.</summary>
    /// <returns>False at the end, and where the frame is not intact (<see cref="Fault"/>).</returns>
    public bool Read()
    {
        Offset = Next;
        Fault = null;
        if (Offset >= end)
        {
            return false;
        }

        if ((Fault = FaultOfFrameAt(Offset)) is not null)
        {
            return false;
        }

        Next = PayloadOffset + payloadLength;
        return true;
    }

    /// <summary>Looks for an intact frame at or after <paramref name="from"/>, at any offset.</summary>
    /// <returns>Its offset, or -1.</returns>
    public long FindIntactFrame(long from)
    {
        while (end - from >= FrameFormat.HeaderBytes)
        {
            var piece = Fill(from, (int)Math.Min(PieceBytes, end - from));
            var found = piece.IndexOf(FrameFormat.Magic);
            if (found < 0)
            {
                from += piece.Length - FrameFormat.Magic.Length + 1;
            }
            else if (FaultOfFrameAt(from + found) is null)
            {
                return from + found;
            }
            else
            {
                from += found + 1;
            }
        }

        return -1;
    }

    private string? FaultOfFrameAt(long offset)
    {
        if (end - offset < FrameFormat.HeaderBytes)
        {
            return "the file ends within the header of a frame";
        }

        payloadLength = FrameFormat.PayloadLength(Fill(offset, FrameFormat.HeaderBytes));
        if (payloadLength < 0)
        {
            return "no frame begins here";
        }

        var length = FrameFormat.HeaderBytes + (long)payloadLength;
        if (end - offset < length)
        {
            return $"the file ends within a frame of {length:N0} bytes";
        }

        return FrameFormat.IsIntact(Fill(offset, (int)length)) ? null : $"the checksum of a frame of {length:N0} bytes does not match";
    }

    private Span<byte> Fill(long offset, int count)
    {
        if (offset < bufferStart || offset + count > bufferStart + bufferLength)
        {
            var wanted = (int)Math.Min(Math.Max(count, PieceBytes), end - offset);
            if (buffer.Length < wanted)
            {
                buffer = GC.AllocateUninitializedArray<byte>(wanted);
            }

            bufferStart = offset;
            bufferLength = file.Read(buffer.AsSpan(0, wanted), offset);
            if (bufferLength < count)
            {
                throw new EndOfStreamException($"The file became shorter than {end:N0} bytes while it was read.");
            }
        }

        return buffer.AsSpan((int)(offset - bufferStart), count);
    }
}
