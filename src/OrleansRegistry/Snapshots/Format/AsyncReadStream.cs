using System.Buffers;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>A stream that is read, at best asynchronously: a reader who blocks takes a copy.</summary>
internal abstract class AsyncReadStream : ReadOnlyStream
{
    public sealed override int Read(Span<byte> buffer)
    {
        var copy = ArrayPool<byte>.Shared.Rent(Math.Max(1, buffer.Length));
        var read = ReadAsync(copy.AsMemory(0, buffer.Length)).AsTask().GetAwaiter().GetResult();
        copy.AsSpan(0, read).CopyTo(buffer);
        ArrayPool<byte>.Shared.Return(copy);
        return read;
    }
}
