namespace OrleansRegistry.Objects.Cloud.Gcs;

/// <summary>What a caller brings, counted; what it throws is told from what the SDK throws.</summary>
internal sealed class CountedStream(Stream content) : ReadOnlyStream
{
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Counted(content.Read(buffer));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new CallerStreamException(fault);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Counted(await content.ReadAsync(buffer, cancellationToken));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new CallerStreamException(fault);
        }
    }

    private int Counted(int read)
    {
        Count += read;
        return read;
    }
}
