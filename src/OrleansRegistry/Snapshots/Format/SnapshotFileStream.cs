using System.IO.Compression;
using System.Security.Cryptography;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>The file of a snapshot, made while it is read: gzip of <c>{"metadata":…,"agent_state":…}</c>. Read once, from first to last.</summary>
internal sealed class SnapshotFileStream : ReadOnlyStream
{
    private const int PieceBytes = 64 * 1024;

    private readonly StateDraft state;
    private readonly MemoryStream packed = new();
    private readonly GZipStream gzip;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] piece;
    private long at;
    private int given;
    private bool isDone;

    /// <param name="metadata">The JSON of the metadata.</param>
    /// <param name="level">The level of compression, 0 to 9.</param>
    public SnapshotFileStream(ReadOnlySpan<byte> metadata, StateDraft state, int level)
    {
        this.state = state;
        piece = new byte[Math.Min(PieceBytes, Math.Max(1, state.Length))];
        gzip = new GZipStream(packed, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
        gzip.Write(PrefixOf(metadata));
    }

    /// <summary>How many bytes were read so far.</summary>
    public long Total { get; private set; }

    /// <summary>What stands in the file before the state.</summary>
    public static byte[] PrefixOf(ReadOnlySpan<byte> metadata) => [.. "{\"metadata\":"u8, .. metadata, .. ",\"agent_state\":"u8];

    /// <summary>The SHA-256 of all that was read.</summary>
    public string Hash() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public override int Read(Span<byte> buffer)
    {
        while (given == packed.Length && !isDone)
        {
            Pack();
        }

        var count = (int)Math.Min(buffer.Length, packed.Length - given);
        packed.GetBuffer().AsSpan(given, count).CopyTo(buffer);
        hash.AppendData(buffer[..count]);
        given += count;
        Total += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new ValueTask<int>(Read(buffer.Span));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            gzip.Dispose();
            packed.Dispose();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Pack()
    {
        packed.SetLength(0);
        given = 0;
        var read = state.Read(at, piece);
        at += read;
        gzip.Write(piece.AsSpan(0, read));
        if (at == state.Length)
        {
            gzip.Write("}"u8);
            gzip.Dispose();
            isDone = true;
        }
    }
}
