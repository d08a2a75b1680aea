using System.Buffers;
using System.Runtime.ExceptionServices;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>A part of an upload in memory, so that it can be sent again.</summary>
internal sealed class PartBytes : IDisposable
{
    private const int FirstBuffer = 1024 * 1024;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int length;

    private PartBytes()
    {
    }

    public ArraySegment<byte> Content => new(buffer, 0, length);

    /// <summary>Reads a part to its end.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidUpload"/>: it is too large.</exception>
    public static async Task<PartBytes> ReadAsync(Stream part, string name, int number, CancellationToken cancellationToken)
    {
        var bytes = new PartBytes();
        try
        {
            for (int read; (read = await CallerStream.ReadAsync(part, bytes.buffer.AsMemory(bytes.length), cancellationToken)) > 0;)
            {
                bytes.length += read;
                if (bytes.length > UploadLimits.MaxPartBytes)
                {
                    throw UploadLimits.TooLarge(name, number);
                }

                bytes.Grow();
            }

            return bytes;
        }
        catch (CallerStreamException ofCaller)
        {
            bytes.Dispose();
            ExceptionDispatchInfo.Throw(ofCaller.InnerException!);
            throw;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    private void Grow()
    {
        if (length < buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(2 * buffer.Length, UploadLimits.MaxPartBytes + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
