using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Storage.Files;

/// <summary>The Castagnoli checksum (RFC 3720, B.4), by the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    public const uint Start = ~0u;

    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>Goes on from <see cref="Start"/> or an earlier result; the complement of the last one is the checksum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A cold start reads the whole log before the loop would be optimized.
    public static uint Append(uint running, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            running = BitOperations.Crc32C(running, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            running = BitOperations.Crc32C(running, value);
        }

        return running;
    }
}
