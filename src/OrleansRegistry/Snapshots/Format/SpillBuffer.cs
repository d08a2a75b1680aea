using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace OrleansRegistry.Snapshots;

/// <summary>Bytes that are written in order and then read: in memory while they are few, else in a temporary file that nobody else sees.</summary>
internal sealed class SpillBuffer : IDisposable
{
    /// <summary>What is kept in memory unless the caller says otherwise.</summary>
    public const int UsualMemory = 4 * 1024 * 1024;

    private const int FirstBuffer = 4 * 1024;

    private readonly int memory;
    private byte[] buffer;
    private int used;
    private long filed;
    private SafeFileHandle? file;

    /// <param name="memory">How many bytes are kept in memory at most.</param>
    public SpillBuffer(int memory = UsualMemory)
    {
        this.memory = memory;
        buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, memory));
    }

    public long Length => filed + used;

    /// <summary>Whether some of it is in a file.</summary>
    public bool IsSpilled => file is not null;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > buffer.Length - used)
        {
            if (buffer.Length < memory)
            {
                Grow((int)Math.Min(memory, Math.Max(buffer.Length * 2L, used + (long)bytes.Length)));
                continue;
            }

            var fits = buffer.Length - used;
            bytes[..fits].CopyTo(buffer.AsSpan(used));
            used += fits;
            bytes = bytes[fits..];
            Spill();
        }

        bytes.CopyTo(buffer.AsSpan(used));
        used += bytes.Length;
    }

    public void Write(byte value) => Write([value]);

    /// <returns>How many bytes were read; 0 at the end.</returns>
    public int Read(long from, Span<byte> output)
    {
        if (from >= filed)
        {
            var count = (int)Math.Min(output.Length, Length - from);
            buffer.AsSpan((int)(from - filed), count).CopyTo(output);
            return count;
        }

        return RandomAccess.Read(file!, output[..(int)Math.Min(output.Length, filed - from)], from);
    }

    /// <summary>All of it where it is in memory.</summary>
    public bool TryGetAll(out ReadOnlyMemory<byte> all)
    {
        all = IsSpilled ? default : buffer.AsMemory(0, used);
        return !IsSpilled;
    }

    /// <summary>The SHA-256 of a part.</summary>
    public byte[] Hash(long from, long count)
    {
        if (!IsSpilled)
        {
            return SHA256.HashData(buffer.AsSpan((int)from, (int)count));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForEach(from, count, part => hash.AppendData(part));
        return hash.GetHashAndReset();
    }

    /// <summary>Reads a part piece by piece.</summary>
    public void ForEach(long from, long count, ReadOnlySpanAction read)
    {
        if (!IsSpilled)
        {
            read(buffer.AsSpan((int)from, (int)count));
            return;
        }

        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(count, 64 * 1024));
        for (var end = from + count; from < end;)
        {
            var length = Read(from, piece.AsSpan(0, (int)Math.Min(piece.Length, end - from)));
            read(piece.AsSpan(0, length));
            from += length;
        }

        ArrayPool<byte>.Shared.Return(piece);
    }

    /// <summary>Puts parts that lie behind one another, each with one byte between it and the next, into another order.</summary>
    /// <param name="parts">In the new order; together they are all from the first to the end.</param>
    /// <param name="between">The byte between them.</param>
    public void Rearrange(ReadOnlySpan<(long From, long End)> parts, byte between)
    {
        var start = long.MaxValue;
        foreach (var (from, _) in parts)
        {
            start = Math.Min(start, from);
        }

        var count = Length - start;
        if (count > memory)
        {
            RearrangeFile(parts, between, start);
            return;
        }

        var copy = ArrayPool<byte>.Shared.Rent((int)count);
        var at = 0;
        foreach (var (from, end) in parts)
        {
            if (at > 0)
            {
                copy[at++] = between;
            }

            ReadExactly(from, copy.AsSpan(at, (int)(end - from)));
            at += (int)(end - from);
        }

        Overwrite(start, copy.AsSpan(0, at));
        ArrayPool<byte>.Shared.Return(copy);
    }

    public void Dispose()
    {
        file?.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        used = 0;
    }

    internal delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);

    private void ReadExactly(long from, Span<byte> output)
    {
        while (output.Length > 0)
        {
            var read = Read(from, output);
            from += read;
            output = output[read..];
        }
    }

    /// <summary>What is larger than the memory is put together in a second buffer and written back.</summary>
    private void RearrangeFile(ReadOnlySpan<(long From, long End)> parts, byte between, long start)
    {
        using var sorted = new SpillBuffer(memory);
        foreach (var (from, end) in parts)
        {
            if (sorted.Length > 0)
            {
                sorted.Write(between);
            }

            ForEach(from, end - from, sorted.Write);
        }

        var at = start;
        sorted.ForEach(0, sorted.Length, piece =>
        {
            Overwrite(at, piece);
            at += piece.Length;
        });
    }

    private void Overwrite(long from, ReadOnlySpan<byte> bytes)
    {
        if (from < filed)
        {
            var inFile = (int)Math.Min(bytes.Length, filed - from);
            RandomAccess.Write(file!, bytes[..inFile], from);
            bytes = bytes[inFile..];
            from += inFile;
        }

        if (bytes.Length > 0)
        {
            bytes.CopyTo(buffer.AsSpan((int)(from - filed)));
        }
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private void Spill()
    {
        file ??= OpenFile();
        RandomAccess.Write(file, buffer.AsSpan(0, used), filed);
        filed += used;
        used = 0;
    }

    private static SafeFileHandle OpenFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"registry-snapshot-{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        }

        using var created = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // Without a name it is gone with the process, however that ends.
        File.Delete(path);
        return handle;
    }
}
