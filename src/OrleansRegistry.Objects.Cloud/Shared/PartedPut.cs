using System.Buffers;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>Where the parts of a put go.</summary>
internal interface IPartedTarget
{
    /// <summary>Stores a short object at once.</summary>
    Task PutWholeAsync(ArraySegment<byte> content, CancellationToken cancellationToken);

    /// <summary>Begins a long one.</summary>
    Task BeginAsync(CancellationToken cancellationToken);

    Task PutPartAsync(int number, ArraySegment<byte> part, CancellationToken cancellationToken);

    Task CompleteAsync(long size, CancellationToken cancellationToken);

    /// <summary>Drops the parts of a put that failed.</summary>
    Task AbortAsync();
}

/// <summary>
/// Puts a stream in parts that are held in memory, so that each can be sent again; the next one is read while one is on its way.
/// </summary>
internal static class PartedPut
{
    private const int PartsBeforeLarger = 2000;

    /// <summary>From how many bytes on an object goes in parts, and how large those are.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    /// <returns>The size.</returns>
    /// <exception cref="CallerStreamException">The content could not be read.</exception>
    public static async Task<long> RunAsync(Stream content, IPartedTarget target, CancellationToken cancellationToken)
    {
        // Most objects fit into the first buffer.
        var first = ArrayPool<byte>.Shared.Rent(PartBytes);
        var underway = Task.CompletedTask;
        try
        {
            var length = await CallerStream.ReadAsync(content, first.AsMemory(0, PartBytes), cancellationToken);
            if (length < PartBytes)
            {
                await target.PutWholeAsync(new ArraySegment<byte>(first, 0, length), cancellationToken);
                return length;
            }

            await target.BeginAsync(cancellationToken);
            try
            {
                underway = target.PutPartAsync(1, new ArraySegment<byte>(first, 0, PartBytes), cancellationToken);
                var buffers = new[] { first, [] };
                var size = (long)PartBytes;
                for (var number = 2; ; number++)
                {
                    var bytes = PartBytesOf(number);
                    var buffer = buffers[(number - 1) % 2];
                    if (buffer.Length < bytes)
                    {
                        buffer = buffers[(number - 1) % 2] = new byte[bytes];
                    }

                    length = await CallerStream.ReadAsync(content, buffer.AsMemory(0, bytes), cancellationToken);
                    await underway;
                    if (length == 0)
                    {
                        await target.CompleteAsync(size, cancellationToken);
                        return size;
                    }

                    size += length;
                    underway = target.PutPartAsync(number, new ArraySegment<byte>(buffer, 0, length), cancellationToken);
                }
            }
            catch
            {
                await underway.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await target.AbortAsync();
                throw;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }
    }

    /// <summary>The size of a part: a store takes 10,000 of them, so those of a large object grow.</summary>
    internal static int PartBytesOf(int number) =>
        (int)Math.Min((long)PartBytes << ((number - 1) / PartsBeforeLarger), UploadLimits.MaxPartBytes);
}
