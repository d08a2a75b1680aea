namespace OrleansRegistry.Forwarding.Wire;

/// <summary>A stream of which a read fails once it has given so many bytes since <see cref="Restart"/>: nobody sends the registry what it cannot hold.</summary>
internal sealed class BoundedStream(Stream inner, long most) : ReadStream(inner)
{
    private long given;

    /// <summary>Something whole has come: counts anew.</summary>
    public void Restart() => given = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await Inner.ReadAsync(buffer, cancellationToken);
        given += read;
        return given <= most ? read : throw new RemoteFault($"The agent's answer has more than {most:N0} bytes, which this registry does not take.");
    }
}
