using System.Buffers;
using System.Security.Cryptography;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// The state out of a stored file, compared with what was saved while it is read: the last bytes come only once the whole file was found to be right.
/// </summary>
internal sealed class StateStream : AsyncReadStream
{
    private readonly SnapshotEntry entry;
    private readonly Stream file;
    private readonly GzipInput unpacked;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long left;
    private bool isOpen;

    /// <param name="file">As stored; disposed with this.</param>
    public StateStream(SnapshotEntry entry, Stream file)
    {
        this.entry = entry;
        this.file = file;
        unpacked = new GzipInput(file);
        left = entry.StateBytes;
    }

    /// <summary>Reads to the end.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>: it is not what was saved.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(64 * 1024);
        while (await ReadAsync(piece, cancellationToken) > 0)
        {
        }

        ArrayPool<byte>.Shared.Return(piece);
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>: it is not what was saved.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            if (!isOpen)
            {
                await SkipPrefixAsync(cancellationToken);
            }

            var read = await unpacked.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
            if (read == 0)
            {
                throw Damaged("it is cut off");
            }

            hash.AppendData(buffer.Span[..read]);
            left -= read;
            if (left == 0)
            {
                await CheckEndAsync(cancellationToken);
            }

            return read;
        }
        catch (InvalidDataException fault)
        {
            throw Damaged($"it is not gzip, or is cut off ({fault.Message})", cause: fault);
        }
        catch (ObjectStoreException fault) when (fault.Error == ObjectStoreError.Damaged)
        {
            throw Damaged("it cannot be decrypted: it was cut off, changed or renamed", cause: fault);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await unpacked.DisposeAsync();
        await file.DisposeAsync();
        hash.Dispose();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
            file.Dispose();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SkipPrefixAsync(CancellationToken cancellationToken)
    {
        var expected = SnapshotFileStream.PrefixOf(entry.Metadata.Span);
        var found = new byte[expected.Length];
        var read = await unpacked.ReadAtLeastAsync(found, found.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < found.Length)
        {
            throw Damaged("it is cut off");
        }

        isOpen = expected.AsSpan().SequenceEqual(found) ? true : throw Damaged("its metadata is not what was saved", "metadata");
    }

    private async ValueTask CheckEndAsync(CancellationToken cancellationToken)
    {
        var actual = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (actual != entry.StateHash)
        {
            throw Damaged(SnapshotFaults.HashRule(entry.StateHash, actual), "content_hash");
        }

        var end = new byte[2];
        var read = await unpacked.ReadAtLeastAsync(end, end.Length, throwOnEndOfStream: false, cancellationToken);
        if (read != 1 || end[0] != '}')
        {
            throw Damaged(read == 0 ? "it is cut off" : "it goes on after the state");
        }
    }

    private RegistryException Damaged(string how, string? field = null, Exception? cause = null) =>
        SnapshotFaults.Damaged(entry.Snapshot.Id, how, field, cause);
}
