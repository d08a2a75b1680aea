namespace OrleansRegistry.Objects;

/// <summary>What was read of a stream already, and then the rest of it.</summary>
internal sealed class PrecededStream(ReadOnlyMemory<byte> begin, Stream rest) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> begin = begin;

    public override int Read(Span<byte> buffer) => begin.Length > 0 ? Give(buffer) : rest.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        begin.Length > 0 ? new(Give(buffer.Span)) : rest.ReadAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await rest.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Give(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, begin.Length);
        begin.Span[..count].CopyTo(buffer);
        begin = begin[count..];
        return count;
    }
}
