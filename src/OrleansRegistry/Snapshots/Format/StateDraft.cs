using System.Buffers;

namespace OrleansRegistry.Snapshots;

/// <summary>A state that was read, in the form in which its file has it, with its hash. Dispose it.</summary>
internal sealed class StateDraft : IDisposable
{
    private const string State = "state";
    private const int PieceBytes = 64 * 1024;

    private readonly SpillBuffer bytes;
    private readonly long from;

    private StateDraft(SpillBuffer bytes, long from, long length, bool hasInexact)
    {
        this.bytes = bytes;
        this.from = from;
        Length = length;
        StateHash = Convert.ToHexStringLower(bytes.Hash(from, length));
        ContentHash = StateHash;
        ReadLength = length;
        if (hasInexact)
        {
            using var read = new SpillBuffer();
            using var writer = new CanonicalWriter(read, State, asRead: true);
            bytes.ForEach(from, length, writer.Write);
            writer.Complete();
            ContentHash = Convert.ToHexStringLower(read.Hash(0, read.Length));
            ReadLength = read.Length;
        }
    }

    /// <summary>The bytes of the state.</summary>
    public long Length { get; }

    /// <summary>Their SHA-256.</summary>
    public string StateHash { get; }

    /// <summary>The SHA-256 of the state as Persist reads it: another one where it has numbers that are not read as what they are.</summary>
    public string ContentHash { get; }

    /// <summary>The bytes of that.</summary>
    public long ReadLength { get; }

    /// <summary>Reads a state from JSON.</summary>
    /// <param name="limit">The most bytes, as they are sent and as they are written.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not JSON. <see cref="RegistryError.TooLarge"/>.</exception>
    public static async Task<StateDraft> ReadAsync(Stream json, long limit, CancellationToken cancellationToken)
    {
        var bytes = new SpillBuffer();
        try
        {
            using var writer = new CanonicalWriter(bytes, State);
            await CopyAsync(json, writer, bytes, limit, State, cancellationToken);
            return new StateDraft(bytes, 0, bytes.Length, writer.HasInexact);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a snapshot's file, of Persist or of this registry, and checks it.</summary>
    /// <param name="limit">The most bytes of the state, unpacked.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not such a file, or the state is not the one that was
    /// hashed. <see cref="RegistryError.TooLarge"/>.</exception>
    public static async Task<(SnapshotMetadata Metadata, StateDraft State)> ReadFileAsync(
        Stream file, long limit, CancellationToken cancellationToken)
    {
        var bytes = new SpillBuffer();
        try
        {
            using var writer = new CanonicalWriter(bytes, "file", CanonicalWriter.MaxDepth + 1);
            using var unpacked = new GzipInput(file);
            await CopyAsync(unpacked, writer, bytes, limit + SnapshotMetadata.MaxBytes, "file", cancellationToken);

            var metadata = SnapshotMetadata.Read(MetadataOf(writer, bytes));
            var (_, from, end) = writer.Outermost.FirstOrDefault(member => member.Name == "agent_state");
            if (end == 0)
            {
                throw RegistryException.Invalid("agent_state", "is missing: this is not the file of a snapshot (InvalidFormat)");
            }

            var state = new StateDraft(bytes, from, end - from, writer.HasInexact);
            if (metadata.ContentHash != state.ContentHash && metadata.ContentHash != state.StateHash)
            {
                throw RegistryException.Invalid("metadata.content_hash", SnapshotFaults.HashRule(metadata.ContentHash, state.ContentHash));
            }

            return (metadata, state);
        }
        catch (InvalidDataException fault)
        {
            bytes.Dispose();
            throw new RegistryException(
                RegistryError.Invalid, $"file: is not gzip, or is damaged or cut off (Compression): {fault.Message}", "file", fault);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public int Read(long at, Span<byte> output) =>
        bytes.Read(from + at, output[..(int)Math.Min(output.Length, Length - at)]);

    public void Dispose() => bytes.Dispose();

    private static ReadOnlyMemory<byte> MetadataOf(CanonicalWriter writer, SpillBuffer bytes)
    {
        var (_, from, end) = writer.Outermost.FirstOrDefault(member => member.Name == "metadata");
        if (end == 0)
        {
            throw RegistryException.Invalid("metadata", "is missing: this is not the file of a snapshot (MissingMetadata)");
        }

        if (end - from > SnapshotMetadata.MaxBytes)
        {
            throw RegistryException.Invalid("metadata", $"has {end - from:N0} bytes; up to {SnapshotMetadata.MaxBytes:N0} are read");
        }

        var metadata = new byte[end - from];
        for (var read = 0; read < metadata.Length;)
        {
            read += bytes.Read(from + read, metadata.AsSpan(read));
        }

        return metadata;
    }

    private static async Task CopyAsync(
        Stream source, CanonicalWriter writer, SpillBuffer written, long limit, string what, CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            var total = 0L;
            while (await source.ReadAsync(piece, cancellationToken) is > 0 and var read)
            {
                total += read;
                writer.Write(piece.AsSpan(0, read));
                if (total > limit || written.Length > limit)
                {
                    throw new RegistryException(
                        RegistryError.TooLarge, $"{what}: has more than {limit:N0} bytes unpacked, the most that this registry takes", what);
                }
            }

            writer.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
