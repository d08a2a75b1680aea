namespace OrleansRegistry.Objects;

/// <summary>A part of an upload as its caller brings it; throws once it is larger than a part may be.</summary>
internal sealed class PartStream(Stream part, string name, int number) : ReadOnlyStream
{
    private long taken;

    public override int Read(Span<byte> buffer) => Taken(part.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Taken(await part.ReadAsync(buffer, cancellationToken));

    private int Taken(int read)
    {
        taken += read;
        return taken <= UploadLimits.MaxPartBytes ? read : throw UploadLimits.TooLarge(name, number);
    }
}
