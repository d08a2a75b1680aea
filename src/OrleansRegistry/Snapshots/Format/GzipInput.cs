using System.Buffers.Binary;
using System.IO.Compression;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// Unpacks gzip to its end. <see cref="GZipStream"/> alone takes no offence at a file without its last bytes; this one compares the length at the end
/// of the file with what came out.
/// </summary>
/// <param name="packed">Not disposed.</param>
internal sealed class GzipInput(Stream packed) : AsyncReadStream
{
    private readonly Tail tail = new(packed);
    private GZipStream? gzip;
    private uint total;

    /// <exception cref="InvalidDataException">It is not gzip, is damaged, or is cut off.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        gzip ??= new GZipStream(tail, CompressionMode.Decompress, leaveOpen: true);
        var read = await gzip.ReadAsync(buffer, cancellationToken);
        total = unchecked(total + (uint)read);
        if (read == 0 && buffer.Length > 0)
        {
            await tail.DrainAsync(cancellationToken);
            if (tail.Last != total)
            {
                throw new InvalidDataException("the file ends too early, or goes on after its end");
            }
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            gzip?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Reads another stream and keeps its last four bytes.</summary>
    private sealed class Tail(Stream inner) : AsyncReadStream
    {
        private readonly byte[] last = new byte[4];

        /// <summary>The last four bytes as a number: of gzip, the length of what was packed.</summary>
        public uint Last => BinaryPrimitives.ReadUInt32LittleEndian(last);

        public async ValueTask DrainAsync(CancellationToken cancellationToken)
        {
            var rest = new byte[512];
            while (await ReadAsync(rest, cancellationToken) > 0)
            {
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            var kept = Math.Min(read, last.Length);
            last.AsSpan(kept).CopyTo(last);
            buffer.Span[(read - kept)..read].CopyTo(last.AsSpan(last.Length - kept));
            return read;
        }
    }
}
