using System.Buffers.Binary;
using System.IO.Compression;

namespace OrleansRegistry.Transfer;

/// <summary>The bounds within which a file is read.</summary>
/// <param name="MaxLineBytes">The longest line; a store takes documents of up to 64 MiB.</param>
/// <param name="MaxRatio">How many times as long as its gzip a file may be, once it is longer than <paramref name="FreeBytes"/>.</param>
internal sealed record TransferLimits(int MaxLineBytes = 96 * 1024 * 1024, int MaxRatio = 300, long FreeBytes = 64 * 1024 * 1024)
{
    /// <summary>The largest file of an older system, which is read whole.</summary>
    public int MaxLegacyBytes { get; init; } = 256 * 1024 * 1024;
}

/// <summary>Some whole lines of a file.</summary>
/// <param name="FirstLine">The number of the first, from 1.</param>
internal sealed record LineChunk(byte[] Buffer, IReadOnlyList<Range> Lines, long FirstLine)
{
    public ReadOnlyMemory<byte> this[int line] => Buffer.AsMemory(Lines[line]);

    /// <summary>All up to the end of a line, with the ends of lines.</summary>
    public ReadOnlySpan<byte> Before(int line) =>
        Buffer.AsSpan(0, line < Lines.Count ? Lines[line].Start.Value : Math.Min(Buffer.Length, Lines[^1].End.Value + 1));
}

/// <summary>Reads a file in lines, unpacked where it is gzip, some at a time and no line longer than the limit.</summary>
internal sealed class LineReader(Stream input, TransferLimits limits) : IAsyncDisposable
{
    /// <summary>Below the size from which arrays are collected with the oldest alone.</summary>
    private const int ChunkBytes = 80_000;

    private readonly PackedStream packed = new(input);
    private Stream? unpacked;
    private byte[] rest = [];
    private long read;
    private long lines;
    private bool isAtEnd;

    /// <summary>How many lines were read.</summary>
    public long Lines => lines;

    /// <summary>Bytes of the input, as it is packed, that were read.</summary>
    public long Consumed => packed.Consumed;

    /// <summary>
    /// <see cref="GZipStream"/> takes no offence at a gzip without its last bytes, which tell the length of what was packed. Of several gzips joined to
    /// one, they tell the length of the last.
    /// </summary>
    private bool IsCutOff => isAtEnd && unpacked is GZipStream && packed.LastNumber != unchecked((uint)read);

    /// <summary>The next lines, at least one; null at the end of the file. Empty lines are left out of it, and counted.</summary>
    /// <exception cref="RegistryException">The file cannot be read on: what is wrong with it.</exception>
    public async ValueTask<LineChunk?> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Max(ChunkBytes, rest.Length + ChunkBytes / 4)];
        rest.CopyTo(buffer, 0);
        var filled = rest.Length;
        rest = [];
        while (true)
        {
            filled += await FillAsync(buffer.AsMemory(filled), cancellationToken);
            var end = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end < filled && IsCutOff)
            {
                throw Invalid("the gzip is cut off here: import the whole file");
            }

            if (isAtEnd || end > 0)
            {
                end = isAtEnd ? filled : end;
                rest = buffer[end..filled];
                return end == 0 ? null : Split(buffer[..end]);
            }

            if (filled >= limits.MaxLineBytes)
            {
                throw Invalid($"it is longer than {limits.MaxLineBytes:N0} bytes, the longest that is read");
            }

            Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, limits.MaxLineBytes));
        }
    }

    /// <summary>All that is left, of a file that is one document.</summary>
    /// <exception cref="RegistryException">It is too long, or cannot be read.</exception>
    public async ValueTask<byte[]> ReadToEndAsync(LineChunk? first, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        for (var chunk = first; chunk is not null; chunk = await ReadAsync(cancellationToken))
        {
            if (all.Length + chunk.Buffer.Length > limits.MaxLegacyBytes)
            {
                throw new RegistryException(
                    RegistryError.TooLarge,
                    $"The file is no export of this registry, and longer than {limits.MaxLegacyBytes:N0} bytes, the most that is read of another's.");
            }

            all.Write(chunk.Buffer);
        }

        if (IsCutOff)
        {
            throw new RegistryException(
                RegistryError.Invalid, "The gzip is cut off, or joined of several. Import the whole file, or unpack it first. Nothing was imported.");
        }

        return all.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        if (unpacked is not null && unpacked != packed)
        {
            await unpacked.DisposeAsync();
        }
    }

    private LineChunk Split(byte[] buffer)
    {
        var split = new List<Range>();
        var first = lines + 1;
        for (var start = 0; start < buffer.Length;)
        {
            var length = buffer.AsSpan(start).IndexOf((byte)'\n');
            var end = length < 0 ? buffer.Length : start + length;
            split.Add(start..end);
            start = end + 1;
        }

        lines += split.Count;
        return new LineChunk(buffer, split, first);
    }

    /// <summary>Fills the buffer as far as the file goes.</summary>
    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        try
        {
            unpacked ??= await packed.IsGzipAsync(cancellationToken)
                ? new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true)
                : packed;
            while (filled < buffer.Length && !isAtEnd)
            {
                var some = await unpacked.ReadAsync(buffer[filled..], cancellationToken);
                isAtEnd = some == 0;
                filled += some;
                read += some;
                if (read > limits.FreeBytes && unpacked != packed && read / Math.Max(1, packed.Consumed) > limits.MaxRatio)
                {
                    throw Invalid($"the gzip unpacks to more than {limits.MaxRatio} times its length; if it is an export, unpack it first");
                }
            }
        }
        catch (InvalidDataException damaged)
        {
            throw new RegistryException(
                RegistryError.Invalid, $"Line {lines + 1:D}: the gzip is damaged from here on ({damaged.Message}) What came before stays.");
        }

        return filled;
    }

    private RegistryException Invalid(string reason) => new(RegistryError.Invalid, $"Line {lines + 1:D}: {reason}. What came before stays.");

    /// <summary>Counts what is read, and looks at the first bytes.</summary>
    private sealed class PackedStream(Stream input) : ForwardStream
    {
        private readonly byte[] start = new byte[2];
        private readonly byte[] last = new byte[sizeof(uint)];
        private int startLength;
        private int startRead;

        public long Consumed { get; private set; }

        /// <summary>What the last bytes are as a number.</summary>
        public uint LastNumber => BinaryPrimitives.ReadUInt32LittleEndian(last);

        public async ValueTask<bool> IsGzipAsync(CancellationToken cancellationToken)
        {
            startLength = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            return start is [0x1f, 0x8b];
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (startRead < startLength && buffer.Length > 0)
            {
                var some = Math.Min(buffer.Length, startLength - startRead);
                start.AsMemory(startRead, some).CopyTo(buffer);
                startRead += some;
                Consumed += some;
                return some;
            }

            var read = await input.ReadAsync(buffer, cancellationToken);
            Consumed += read;
            var kept = Math.Min(read, last.Length);
            last.AsSpan(kept).CopyTo(last);
            buffer.Span[(read - kept)..read].CopyTo(last.AsSpan(last.Length - kept));
            return read;
        }
    }
}
