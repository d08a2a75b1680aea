using System.Text;

namespace OrleansRegistry.Storage.Files;

/// <summary>Reads the records of a segment one after another, up to <paramref name="end"/>.</summary>
internal sealed class RecordReader(Segment segment, long end)
{
    private readonly FrameReader frames = new(segment.File, SegmentHeader.Bytes, end);
    private int position;
    private int length;
    private bool inFrame;
    private byte[] tenantBytes = [];
    private string tenant = "";

    /// <summary>Reads all that the segment holds now.</summary>
    public RecordReader(Segment segment)
        : this(segment, segment.Length)
    {
    }

    /// <summary>Where the record just read begins.</summary>
    public long Offset => frames.PayloadOffset + position;

    /// <summary>The record just read, until the next call.</summary>
    public RecordFormat.RecordView Current =>
        RecordFormat.TryRead(frames.Payload.Slice(position, length), out var record) ? record : throw new InvalidOperationException("No record was read.");

    /// <summary>Why reading ended before the end of the segment: there is no intact frame at <see cref="FaultOffset"/>.</summary>
    public string? Fault => frames.Fault;

    public long FaultOffset => frames.Offset;

    /// <summary>Reads the next record.</summary>
    /// <returns>False at the end, and where a frame is not intact (<see cref="Fault"/>).</returns>
    /// <exception cref="DamagedLogException">The frame is intact, yet holds no records.</exception>
    public bool Read()
    {
        position += length;
        if (!inFrame || position == frames.Payload.Length)
        {
            (position, length) = (0, 0);
            inFrame = frames.Read();
            if (!inFrame)
            {
                return false;
            }
        }

        if (!RecordFormat.TryRead(frames.Payload[position..], out var record))
        {
            throw new DamagedLogException(segment.Path, Offset, "the lengths of a record do not fit together");
        }

        length = record.Bytes.Length;
        return true;
    }

    /// <summary>As <see cref="Read"/>, for a segment that must be whole.</summary>
    /// <exception cref="DamagedLogException">It is not.</exception>
    public bool ReadIntact() => Read() || (Fault is { } fault ? throw new DamagedLogException(segment.Path, FaultOffset, fault) : false);

    /// <summary>The key of the record just read. Neighbours are mostly of one tenant, whose string they then share.</summary>
    public RecordKey ReadKey()
    {
        var record = Current;
        if (!record.Tenant.SequenceEqual(tenantBytes))
        {
            tenantBytes = record.Tenant.ToArray();
            tenant = Encoding.UTF8.GetString(tenantBytes);
        }

        return new RecordKey(tenant, Encoding.UTF8.GetString(record.Id));
    }

    /// <summary>Looks for an intact frame behind a fault, at any offset; -1 where there is none.</summary>
    public long FindIntactFrame() => frames.FindIntactFrame(FaultOffset + 1);
}
