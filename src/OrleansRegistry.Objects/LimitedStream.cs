namespace OrleansRegistry.Objects;

/// <summary>No more than so many bytes of another stream, which it closes with itself.</summary>
internal sealed class LimitedStream(Stream inner, long count) : ReadOnlyStream
{
    private long remaining = count;

    public override int Read(Span<byte> buffer)
    {
        // Not even an empty read: the inner stream may fetch for it.
        var read = remaining == 0 ? 0 : inner.Read(buffer[..(int)Math.Min(buffer.Length, remaining)]);
        remaining -= read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = remaining == 0 ? 0 : await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, remaining)], cancellationToken);
        remaining -= read;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
