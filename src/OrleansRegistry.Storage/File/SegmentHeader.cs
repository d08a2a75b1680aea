using System.Buffers.Binary;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// What stands at the start of a segment: <c>[magic 8][format 4][crc32c 4][first id 8][last id 8][base version of kind 0..15, 8 each]</c>,
/// numbers little-endian; the checksum covers all that follows it.
/// </summary>
/// <param name="FirstId">The first id of the range of segments that this one stands for: 1 for a compacted one, else its own id.</param>
/// <param name="LastId">The last id of that range, and the segment's own id.</param>
/// <param name="Base">The highest version of each kind before this segment (for a compacted one: before the segment that follows it).</param>
internal sealed record SegmentHeader(long FirstId, long LastId, VersionCounters Base)
{
    public const int Bytes = 32 + (VersionCounters.Kinds * sizeof(long));

    private const int Format = 1;

    private static ReadOnlySpan<byte> Magic => [0xFF, (byte)'O', (byte)'R', (byte)'S', (byte)'E', (byte)'G', 0xFE, 0xFF];

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), FirstId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), LastId);
        for (var kind = 0; kind < VersionCounters.Kinds; kind++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32 + (kind * sizeof(long))), Base[(RecordKind)kind]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(bytes.AsSpan(16)));
        return bytes;
    }

    /// <exception cref="DamagedLogException">It is damaged.</exception>
    /// <exception cref="StoreStartException">A program wrote it that knows another format.</exception>
    public static SegmentHeader Read(ILogFile file, string path)
    {
        var bytes = new byte[Bytes];
        if (file.Read(bytes, 0) < Bytes || !bytes.AsSpan().StartsWith(Magic))
        {
            throw new DamagedLogException(path, 0, "it does not begin with a segment header");
        }

        var format = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (format != Format)
        {
            throw new StoreStartException(
                $"{path} has the log format {format}, and this program knows only format {Format}. Start the version of the registry that wrote it.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)) != Crc32C.Compute(bytes.AsSpan(16)))
        {
            throw new DamagedLogException(path, 0, "the checksum of its header does not match");
        }

        var counters = new VersionCounters();
        for (var kind = 0; kind < VersionCounters.Kinds; kind++)
        {
            counters[(RecordKind)kind] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(32 + (kind * sizeof(long))));
        }

        return new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)), counters);
    }
}
