using System.Buffers;
using System.Runtime.ExceptionServices;

namespace OrleansRegistry.Objects;

/// <summary>What the stream of a caller threw, told from what a store throws, which may be of the same type.</summary>
internal sealed class CallerStreamException(Exception fault) : Exception(fault.Message, fault)
{
    public void Rethrow() => ExceptionDispatchInfo.Throw(InnerException!);
}

/// <summary>Reads what callers bring.</summary>
internal static class CallerStream
{
    /// <summary>Copies to a file, whose writes block: the caller has a thread for it.</summary>
    /// <exception cref="CallerStreamException">Reading failed.</exception>
    public static async Task CopyAsync(Stream from, FileStream to, int bufferSize, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
        try
        {
            for (int read; (read = await ReadAsync(from, buffer, cancellationToken)) > 0;)
            {
                to.Write(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Fills the buffer, or less where the stream ends.</summary>
    /// <exception cref="CallerStreamException">Reading failed.</exception>
    public static async Task<int> ReadAsync(Stream from, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await from.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new CallerStreamException(fault);
        }
    }
}
