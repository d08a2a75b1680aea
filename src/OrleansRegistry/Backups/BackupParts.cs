using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Backups;

/// <summary>Reads into the buffer what comes next; 0 at the end.</summary>
internal delegate ValueTask<int> ContentReader(Memory<byte> buffer, CancellationToken cancellationToken);

/// <summary>Packs content into the parts of a backup, and unpacks them again, checked.</summary>
internal sealed class BackupParts(IObjectStore objects, string folder)
{
    /// <summary>The most that is read of a part of any manifest: a few bytes of gzip can unpack to as much as anyone likes.</summary>
    public const long MaxUnpacked = 1024L * 1024 * 1024;

    private const int BufferBytes = 128 * 1024;

    /// <summary>Stores a part.</summary>
    /// <param name="read">Gives the content; not called again after its end.</param>
    /// <param name="limit">Ends the part after so many bytes.</param>
    /// <returns>Null where there was no content any more: nothing was stored.</returns>
    /// <exception cref="ObjectStoreException">It could not be stored.</exception>
    public async Task<BackupPart?> PutAsync(string name, ContentReader read, long limit, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var first = await read(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit)), cancellationToken);
            return first == 0 ? null : await PutAsync(name, buffer, first, read, limit, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Gives the content of a part, and checks all of it.</summary>
    /// <exception cref="InvalidDataException">It is not what was stored: the message ends with what is wrong.</exception>
    /// <exception cref="ObjectStoreException">It could not be read.</exception>
    public async Task ReadAsync(BackupPart part, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        await using var stored = await OpenAsync(part, cancellationToken);
        await using var packed = new HashedStream(stored);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var unpacked = 0L;
            await using (var content = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true))
            {
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    unpacked += read;
                    if (unpacked > part.UnpackedSize)
                    {
                        throw new InvalidDataException($"part {part.Name} unpacks to more than the {part.UnpackedSize} bytes that it should have");
                    }

                    await take(buffer.AsMemory(0, read));
                }
            }

            while (packed.Count <= part.Size && await packed.ReadAsync(buffer, cancellationToken) > 0)
            {
                // What follows the gzip is hashed too.
            }

            Check(part, packed, unpacked);
        }
        catch (InvalidDataException fault) when (!fault.Message.StartsWith("part ", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"part {part.Name} was changed or cut off since it was stored ({fault.Message.TrimEnd('.')})", fault);
        }
        catch (ObjectStoreException fault) when (fault.Error == ObjectStoreError.Damaged)
        {
            throw new InvalidDataException($"part {part.Name} was changed or cut off since it was stored: it cannot be decrypted", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Stream> OpenAsync(BackupPart part, CancellationToken cancellationToken)
    {
        try
        {
            return await objects.OpenAsync(folder + part.Name, cancellationToken: cancellationToken);
        }
        catch (ObjectStoreException fault) when (fault.Error == ObjectStoreError.NotFound)
        {
            throw new InvalidDataException($"part {part.Name} is missing", fault);
        }
        catch (ObjectStoreException fault) when (fault.Error == ObjectStoreError.Configuration)
        {
            // The manifest was read with the keys that are set.
            throw new InvalidDataException($"part {part.Name} is encrypted with another key than the manifest", fault);
        }
    }

    private static void Check(BackupPart part, HashedStream packed, long unpacked)
    {
        if (packed.Count != part.Size)
        {
            throw new InvalidDataException($"part {part.Name} has {packed.Count} bytes, and should have {part.Size}: it was changed or cut off");
        }

        if (packed.Sha256 != part.Sha256)
        {
            throw new InvalidDataException($"part {part.Name} was changed since it was stored: it does not have the SHA-256 of the manifest");
        }

        if (unpacked != part.UnpackedSize)
        {
            throw new InvalidDataException($"part {part.Name} unpacks to {unpacked} bytes, and should to {part.UnpackedSize}");
        }
    }

    private async Task<BackupPart> PutAsync(
        string name, byte[] buffer, int first, ContentReader read, long limit, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe();
        await using var sent = new HashedStream(pipe.Reader.AsStream());
        var packing = PackAsync(pipe.Writer, buffer, first, read, limit, giveUp.Token);
        ObjectInfo stored;
        try
        {
            stored = await objects.PutAsync(folder + name, sent, giveUp.Token);
        }
        catch
        {
            await giveUp.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await ((Task)packing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (packing.Exception?.InnerException is { } fault and not OperationCanceledException)
            {
                // The store may have wrapped it.
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
            }

            throw;
        }

        await pipe.Reader.CompleteAsync();
        var unpacked = await packing;
        return stored.Size == sent.Count
            ? new BackupPart(name, sent.Count, sent.Sha256, unpacked)
            : throw new ObjectStoreException(
                ObjectStoreError.Unavailable, $"{folder}{name} was sent with {sent.Count} bytes, and the store says that it has {stored.Size}.");
    }

    private static async Task<long> PackAsync(
        PipeWriter output, byte[] buffer, int first, ContentReader read, long limit, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var unpacked = 0L;
            await using (var gzip = new GZipStream(output.AsStream(leaveOpen: true), CompressionLevel.Fastest))
            {
                for (var count = first; count > 0; count = await NextAsync())
                {
                    unpacked += count;
                    await gzip.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                }
            }

            await output.CompleteAsync();
            return unpacked;

            async ValueTask<int> NextAsync() =>
                unpacked < limit ? await read(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit - unpacked)), cancellationToken) : 0;
        }
        catch (Exception fault)
        {
            await output.CompleteAsync(fault);
            throw;
        }
    }
}
