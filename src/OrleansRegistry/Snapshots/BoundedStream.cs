namespace OrleansRegistry.Snapshots;

/// <summary>Reads another stream, and refuses to read more than so much of it. The other is not disposed.</summary>
internal sealed class BoundedStream(Stream inner, long limit) : AsyncReadStream
{
    private long total;

    /// <exception cref="RegistryException"><see cref="RegistryError.TooLarge"/>.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        total += read;
        return total <= limit
            ? read
            : throw new RegistryException(RegistryError.TooLarge, $"body: has more than {limit:N0} bytes, the most that this registry takes", "body");
    }
}
