namespace OrleansRegistry.Storage.Files;

/// <summary>Copies live records, just as they are, into the frames of a new segment.</summary>
internal sealed class CompactionCopy(LogIndex index, ILogFile target, CancellationToken stopping)
{
    private const int FrameBytes = 1024 * 1024;

    // Flushed in small parts, because one large flush would hold up those of the writer beside it.
    private const int BytesBetweenFlushes = 4 * FrameBytes;

    private byte[] frame = new byte[FrameBytes];
    private int used = FrameFormat.HeaderBytes;
    private long end = SegmentHeader.Bytes;
    private long flushed = SegmentHeader.Bytes;

    /// <summary>Copies those records of <paramref name="source"/> that the index points at.</summary>
    /// <exception cref="DamagedLogException">The source is damaged.</exception>
    public void Add(Segment source)
    {
        var reader = new RecordReader(source);
        while (reader.ReadIntact())
        {
            stopping.ThrowIfCancellationRequested();
            var record = reader.Current;
            if (!record.IsDelete && index.TryGet(record.Kind, reader.ReadKey(), out var live) && live.Segment == source && live.Offset == reader.Offset)
            {
                Append(record.Bytes);
            }
        }
    }

    /// <summary>Makes the copy durable.</summary>
    /// <returns>The length of the file.</returns>
    public long Finish()
    {
        WriteFrame();
        target.Flush();
        return end;
    }

    private void Append(ReadOnlySpan<byte> record)
    {
        if (used + record.Length > frame.Length)
        {
            WriteFrame();
            if (FrameFormat.HeaderBytes + record.Length > frame.Length)
            {
                frame = new byte[FrameFormat.HeaderBytes + record.Length];
            }
        }

        record.CopyTo(frame.AsSpan(used));
        used += record.Length;
    }

    private void WriteFrame()
    {
        if (used == FrameFormat.HeaderBytes)
        {
            return;
        }

        FrameFormat.Seal(frame.AsSpan(0, used));
        target.Write(frame.AsSpan(0, used), end);
        end += used;
        used = FrameFormat.HeaderBytes;
        if (end - flushed >= BytesBetweenFlushes)
        {
            target.Flush();
            flushed = end;
        }
    }
}
